package io.broadside.token.platform.bluesky;

import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.DpopCalls;
import io.broadside.runtime.http.DpopKey;
import io.broadside.runtime.http.PublicAddresses;
import io.broadside.runtime.http.Reply;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;

/** Calls to servers. One that people named is called only on the public Internet, and only over TLS. */
final class Servers {

    static final String ID = "bluesky";

    private final BlueskyConfig config;
    private final PlatformCalls calls;
    private final DpopCalls bound;

    Servers(BlueskyConfig config, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.bound = new DpopCalls(calls::call, clock);
    }

    /** A server as somebody wrote it, without the slash at its end; empty if it may not be called. */
    Optional<URI> named(String server) {
        return address(server.toLowerCase(Locale.ROOT)).filter(this::mayBeCalled);
    }

    private boolean mayBeCalled(URI server) {
        return server.equals(config.service()) || config.allowsPrivate() || isPublic(server);
    }

    /** A server that an identity names; empty if it is not on the public Internet, even where people may name such. */
    static Optional<URI> ofIdentity(String server) {
        return address(server.toLowerCase(Locale.ROOT)).filter(Servers::isPublic);
    }

    private static boolean isPublic(URI server) {
        return "https".equals(server.getScheme())
                && server.getPort() < 0
                && PublicAddresses.mayBePublic(server.getHost());
    }

    /** An address that somebody wrote, without the slash at its end; empty if it is none, or has more to it than host and path. */
    static Optional<URI> address(String text) {
        try {
            var address = new URI(text.replaceFirst("/$", ""));
            var isPlain = address.getHost() != null
                    && ("https".equals(address.getScheme()) || "http".equals(address.getScheme()))
                    && address.getRawUserInfo() == null
                    && address.getRawQuery() == null
                    && address.getRawFragment() == null;
            return isPlain ? Optional.of(address) : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    static Call get(String method, URI server) {
        return Call.get(ID, method, at(server, "/xrpc/" + method));
    }

    static Call post(String method, URI server, Body body) {
        return Call.post(ID, method, at(server, "/xrpc/" + method), body);
    }

    static URI at(URI server, String path) {
        return URI.create(server.toString().replaceFirst("/$", "") + path);
    }

    /** Without a token. */
    Reply call(Call call, CallContext context) {
        return calls.call(guarded(call), context);
    }

    /** With a token, and the proof that goes with it if it is bound to a key. */
    Reply call(Call call, Sealed with, CallContext context) {
        return with.key()
                .map(key -> bound.call(guarded(call), key, Optional.of(with.token()), context))
                .orElseGet(() -> calls.call(guarded(call).withBearer(with.token()), context));
    }

    /** With a proof alone: where a token is asked for. */
    Reply call(Call call, DpopKey key, CallContext context) {
        return bound.call(guarded(call), key, Optional.empty(), context);
    }

    /** The same call, held to the public Internet where its server is one that somebody named. */
    Call guarded(Call named) {
        var call = named.withCodeReader(Servers::errorIn);
        var isTrusted =
                config.allowsPrivate() || isOf(config.service(), call.uri()) || isOf(config.directory(), call.uri());
        return isTrusted ? call : call.toPublicHostOnly();
    }

    private static boolean isOf(URI server, URI address) {
        return address.getScheme().equals(server.getScheme())
                && address.getAuthority().equals(server.getAuthority());
    }

    static Optional<String> errorIn(Reply.Answer answer) {
        return PlatformJson.text(PlatformJson.of(answer), "error").filter(name -> name.matches("[A-Za-z_]{1,60}"));
    }
}
