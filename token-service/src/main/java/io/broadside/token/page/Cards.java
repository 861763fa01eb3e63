package io.broadside.token.page;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.WaitingPosts;
import io.broadside.token.WaitingOnConnections;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicies;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Connections as cards, and the buttons and forms around them. */
final class Cards {

    private static final String BY_FACEBOOK = TokenPolicies.INSTAGRAM_BY_FACEBOOK;

    private final TokenPlatforms platforms;
    private final SignIns ways;
    private final WaitingOnConnections waiting;
    private final Clock clock;

    Cards(TokenPlatforms platforms, SignIns ways, WaitingOnConnections waiting, Clock clock) {
        this.platforms = platforms;
        this.ways = ways;
        this.waiting = waiting;
        this.clock = clock;
    }

    /** How a connection stands; absent for a platform that is no longer known. */
    Optional<Standing> standing(Connection connection) {
        return platforms
                .find(connection.getPlatform())
                .map(platform -> Standing.of(connection, platform, clock.instant()));
    }

    String list(List<Connection> connections, String form) {
        if (connections.isEmpty()) {
            return "<p class=\"empty\">Nothing is connected here yet.</p>\n";
        }
        return connections.stream()
                .map(connection -> card(connection, form))
                .collect(Collectors.joining("", "<ul class=\"cards\">\n", "</ul>\n"));
    }

    private String card(Connection connection, String form) {
        var standing = standing(connection);
        var id = Html.text(connection.getConnectionId());
        var title = platforms
                .find(connection.getPlatform())
                .map(TokenPlatform::title)
                .orElse(connection.getPlatform());
        var advice = standing.stream()
                .flatMap(Standing::sentences)
                .map(sentence -> "<li>" + Html.text(sentence) + "</li>")
                .collect(Collectors.joining());
        return """
                <li class="card">
                <article aria-labelledby="name-%1$s">
                <h3 id="name-%1$s">%2$s</h3>
                <p class="platform">%3$s, %4$s of profile %5$s</p>
                <p class="badge %6$s">%7$s</p>
                <dl>
                <div><dt>Last refresh</dt><dd><time datetime="%8$s">%9$s</time></dd></div>
                %10$s%11$s</dl>
                %12$s<div class="actions">
                %13$s</div>
                </article>
                </li>
                """.formatted(
                id,
                Html.text(connection.getAccountName()),
                Html.text(title),
                Html.text(connection.getAccountKind().replace('_', ' ')),
                Html.text(connection.getProfileId()),
                standing.map(Standing::level).orElse(Standing.Level.OFF).name().toLowerCase(Locale.ROOT),
                Html.text(standing.map(Standing::badge).orElse("Unknown platform")),
                connection.getRefreshedAt(),
                Html.time(connection.getRefreshedAt()),
                standing.flatMap(Standing::actBefore)
                        .map(end -> "<div><dt>Connect again before</dt><dd><time datetime=\"%s\">%s</time></dd></div>\n"
                                .formatted(end, Html.time(end)))
                        .orElse(""),
                waiting.on(connection.getConnectionId()).map(Cards::waiting).orElse(""),
                advice.isEmpty() ? "" : "<ul class=\"advice\">" + advice + "</ul>\n",
                actions(connection, title, form));
    }

    private static String waiting(WaitingPosts posts) {
        return "<div><dt>Waiting</dt><dd>%s, the oldest since <time datetime=\"%s\">%s</time></dd></div>\n"
                .formatted(
                        posts.getCount() == 1 ? "1 post waits" : posts.getCount() + " posts wait",
                        posts.getOldestSince(),
                        Html.time(posts.getOldestSince()));
    }

    private String actions(Connection connection, String title, String form) {
        var label = Html.text(connection.getAccountName() + " on " + title);
        var actions = new StringBuilder();
        wayOf(connection)
                .ifPresent(way -> actions.append("""
                <a class="button" href="/connect/%s?profileId=%s&amp;connectionId=%s" aria-label="Reconnect %s">Reconnect</a>
                """.formatted(
                                Html.part(way.id()),
                                Html.part(connection.getProfileId()),
                                Html.part(connection.getConnectionId()),
                                label)));
        actions.append("""
                <details>
                <summary aria-label="Paste token for %1$s">Paste token</summary>
                <form method="post" action="/connections/paste">
                %2$s<input type="hidden" name="profileId" value="%3$s">
                <input type="hidden" name="platform" value="%4$s">
                <input type="hidden" name="accountId" value="%5$s">
                %6$s</form>
                </details>
                """.formatted(
                        label,
                        hidden(form),
                        Html.text(connection.getProfileId()),
                        Html.text(connection.getPlatform()),
                        Html.text(connection.getAccountId()),
                        fields(connection)));
        if (connection.getStatus() != ConnectionStatus.DISCONNECTED) {
            actions.append("""
                    <form method="post" action="/connections/%s/disconnect" data-confirm="Disconnect %s? New posts to it will fail. What waits goes out if it is connected again.">
                    %s<button class="quiet" aria-label="Disconnect %s">Disconnect</button>
                    </form>
                    """.formatted(Html.part(connection.getConnectionId()), label, hidden(form), label));
        }
        return actions.toString();
    }

    private String fields(Connection connection) {
        // An app password must not go to any other server than the account's own.
        var hasServers = platforms
                .find(connection.getPlatform())
                .filter(TokenPlatform::hasServers)
                .isPresent();
        return (hasServers ? server(connection.getConnectionId()) : "") + tokens(connection.getConnectionId());
    }

    /** The way this account was connected, or would be. */
    private Optional<SignIn> wayOf(Connection connection) {
        var all = ways.of(connection.getPlatform());
        var isByFacebook = connection.getAccountKind().equals(BY_FACEBOOK);
        return all.stream()
                .filter(way -> way.missingSettings().isEmpty())
                .filter(way -> all.size() == 1 || way.id().endsWith("-facebook") == isByFacebook)
                .findFirst();
    }

    /** Buttons that connect something new to a profile. */
    String connect(String profileId) {
        return buttons(ways.all(), way -> "/connect/" + Html.part(way.id()) + "?profileId=" + Html.part(profileId));
    }

    /** The same for the holder of a link. */
    String connect(String token, List<String> allowed) {
        return buttons(
                ways.all().stream()
                        .filter(way -> allowed.contains(way.platform()))
                        .toList(),
                way -> "/connect/" + Html.part(way.id()) + "?link=" + Html.part(token));
    }

    private static String buttons(List<SignIn> ways, Function<SignIn, String> address) {
        var ready = ways.stream().filter(way -> way.missingSettings().isEmpty()).toList();
        if (ready.isEmpty()) {
            return "<p class=\"empty\">No platform is set up for signing in.</p>\n";
        }
        return ready.stream()
                .map(way -> "<li><a class=\"button\" href=\"%s\">Connect %s</a></li>\n"
                        .formatted(Html.text(address.apply(way)), Html.text(way.title())))
                .collect(Collectors.joining("", "<ul class=\"connect\">\n", "</ul>\n"));
    }

    /** A form that takes a token for something new. */
    String paste(String profileId, String form) {
        var options = platforms.ids().stream()
                .flatMap(id -> platforms.find(id).stream())
                .map(platform -> "<option value=\"%s\">%s</option>"
                        .formatted(Html.text(platform.id()), Html.text(platform.title())))
                .collect(Collectors.joining());
        return """
                <details class="paste">
                <summary>Paste a token</summary>
                <form method="post" action="/connections/paste">
                %s<input type="hidden" name="profileId" value="%s">
                <p><label for="paste-platform">Platform</label> <select id="paste-platform" name="platform">%s</select></p>
                %s%s</form>
                </details>
                """.formatted(hidden(form), Html.text(profileId), options, account(), tokens("new"));
    }

    /** For platforms that sign in by a password for apps, which does not say whose it is. */
    private static String account() {
        return """
                <p><label for="paste-account">Account, for an app password: its handle</label>
                <input id="paste-account" name="accountId" autocomplete="off"></p>
                """ + server("new");
    }

    private static String server(String suffix) {
        return """
                <p><label for="server-%1$s">Server, if the account has one of its own: an app password is shown to it alone</label>
                <input id="server-%1$s" name="server" type="url" autocomplete="off"></p>
                """.formatted(Html.text(suffix));
    }

    private static String tokens(String suffix) {
        return """
                <p><label for="access-%1$s">Access token or app password</label>
                <input id="access-%1$s" name="accessToken" type="password" autocomplete="off" required></p>
                <p><label for="refresh-%1$s">Refresh token, if there is one</label>
                <input id="refresh-%1$s" name="refreshToken" type="password" autocomplete="off"></p>
                <button>Connect with this token</button>
                """.formatted(Html.text(suffix));
    }

    static String hidden(String form) {
        return "<input type=\"hidden\" name=\"form\" value=\"" + Html.text(form) + "\">\n";
    }
}
