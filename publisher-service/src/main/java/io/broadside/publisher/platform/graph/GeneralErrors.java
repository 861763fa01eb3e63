package io.broadside.publisher.platform.graph;

import static io.broadside.publisher.platform.graph.ErrorTable.code;
import static io.broadside.publisher.platform.graph.ErrorTable.either;
import static io.broadside.publisher.platform.graph.ErrorTable.pair;
import static io.broadside.publisher.platform.graph.Meaning.ACCOUNT_LIMIT;
import static io.broadside.publisher.platform.graph.Meaning.APP_LIMIT;
import static io.broadside.publisher.platform.graph.Meaning.APP_NOT_ALLOWED;
import static io.broadside.publisher.platform.graph.Meaning.BAD_CONTENT;
import static io.broadside.publisher.platform.graph.Meaning.BLOCKED;
import static io.broadside.publisher.platform.graph.Meaning.DUPLICATE;
import static io.broadside.publisher.platform.graph.Meaning.FAULT;
import static io.broadside.publisher.platform.graph.Meaning.NOT_ALLOWED;
import static io.broadside.publisher.platform.graph.Meaning.NOT_THERE;
import static io.broadside.publisher.platform.graph.Meaning.TOKEN_EXPIRED;
import static io.broadside.publisher.platform.graph.Meaning.TOKEN_REVOKED;

import io.broadside.publisher.platform.graph.ErrorTable.Row;
import java.util.List;

/**
 * The errors that mean the same on every platform of the Graph API.
 *
 * <p>https://developers.facebook.com/docs/graph-api/guides/error-handling,
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
final class GeneralErrors {

    private static final String WAITS = "; the post waits.";

    private GeneralErrors() {}

    /** @param account what is connected, with its article: the Page */
    static List<Row> rows(String platform, String account) {
        var reconnect = "; connect " + account + " again.";
        return List.of(
                code(1, FAULT, platform + " reports an unknown fault of its own."),
                code(2, FAULT, platform + "'s service is down or failed; nothing is known of the post."),
                code(
                        3,
                        APP_NOT_ALLOWED,
                        platform + " does not let this app do this; check the app's permissions there."),
                code(4, APP_LIMIT, "The app's calls to " + platform + " are used up" + WAITS),
                code(341, APP_LIMIT, "The app's calls to " + platform + " are used up" + WAITS),
                code(17, ACCOUNT_LIMIT, "The person's calls to " + platform + " are used up" + WAITS),
                code(32, ACCOUNT_LIMIT, "The person's calls for " + account + " are used up" + WAITS),
                code(613, ACCOUNT_LIMIT, platform + "'s limit for calls like this is reached" + WAITS),
                code(80001, ACCOUNT_LIMIT, "The Page's calls are used up" + WAITS),
                code(80002, ACCOUNT_LIMIT, "The account's calls are used up" + WAITS),
                code(80006, ACCOUNT_LIMIT, "The Page's calls are used up" + WAITS),
                code(368, BLOCKED, platform + " blocks posting for a while, usually because of too many posts" + WAITS),
                pair(
                        368,
                        1404082,
                        DUPLICATE,
                        platform + " says the same was posted already; change the text or let it be."),
                pair(
                        368,
                        4854002,
                        NOT_ALLOWED,
                        platform + " wants the person to confirm their identity; do so on facebook.com."),
                code(506, DUPLICATE, platform + " says the same was posted just before; change the text or let it be."),
                code(10, NOT_ALLOWED, "The connection lacks a permission, or lost it" + reconnect),
                code(102, TOKEN_EXPIRED, platform + " no longer accepts the token."),
                code(190, TOKEN_EXPIRED, platform + " no longer accepts the token."),
                code(104, TOKEN_REVOKED, platform + " got no token it can use" + reconnect),
                either(463, TOKEN_EXPIRED, "The token has expired."),
                either(458, TOKEN_REVOKED, "The person removed the app" + reconnect),
                either(
                        459,
                        TOKEN_REVOKED,
                        platform + " wants the person to log in on facebook.com; connect again after that."),
                either(
                        460,
                        TOKEN_REVOKED,
                        "The person's password changed, or " + platform + " ended the session" + reconnect),
                either(
                        464,
                        TOKEN_REVOKED,
                        "The person's account is not confirmed; confirm it on facebook.com and connect again."),
                either(467, TOKEN_REVOKED, platform + " calls the token invalid" + reconnect),
                either(490, TOKEN_REVOKED, platform + " asks to connect again" + reconnect),
                either(492, TOKEN_REVOKED, "The person lost their role on the Page; get it back and connect again."),
                code(100, BAD_CONTENT, platform + " refuses a field of the post; check its text, link and media."),
                pair(
                        100,
                        33,
                        NOT_THERE,
                        "What the post needs is not there for this connection; check " + account + " and its roles."),
                either(1609005, BAD_CONTENT, platform + " cannot read the linked page; check the link."));
    }
}
