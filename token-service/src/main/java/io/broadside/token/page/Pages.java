package io.broadside.token.page;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.token.KnownConnections;
import io.broadside.token.WaitingOnConnections;
import io.broadside.token.connect.Acceptance;
import io.broadside.token.connect.Disconnecting;
import io.broadside.token.connect.PasteForm;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.signin.ConnectLinks;
import io.broadside.token.signin.Envelopes;
import io.broadside.token.signin.SignInConfig;
import io.broadside.token.signin.SigningIn;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Everything that token-service serves to browsers, and what of the API belongs to that, wired by hand. */
public final class Pages implements Consumer<Router> {

    private final ConnectionsPage connectionsPage;
    private final SignInPages signInPages;
    private final ConnectApi api;

    /**
     * Wires it.
     *
     * @param publicUri where browsers reach this service, known once it listens
     */
    public Pages(
            SignInConfig config,
            Supplier<URI> publicUri,
            ApiKeys keys,
            TokenPlatforms platforms,
            SignIns ways,
            KnownConnections connections,
            WaitingOnConnections waiting,
            Acceptance acceptance,
            PasteForm pasting,
            Disconnecting disconnecting,
            Envelopes envelopes,
            Clock clock) {
        var web = new Web(publicUri);
        var door = new Visitor.Door(web, keys, envelopes, clock);
        var cards = new Cards(platforms, ways, waiting, clock);
        var links = new ConnectLinks(envelopes, clock);
        var signingIn = new SigningIn(config, publicUri, platforms, acceptance, envelopes, clock);
        this.connectionsPage = new ConnectionsPage(web, door, connections, pasting, disconnecting, cards);
        this.signInPages = new SignInPages(
                web, door, ways, signingIn, links, config.returnUrls(), connections, cards, config.within());
        this.api = new ConnectApi(
                web, keys, ways, links, config.returnUrls(), disconnecting, connections, waiting, cards, publicUri);
    }

    @Override
    public void accept(Router router) {
        connectionsPage.mount(router);
        signInPages.mount(router);
        api.mount(router);
    }
}
