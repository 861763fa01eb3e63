package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.facebook.Meaning.ACCOUNT_LIMIT;
import static io.broadside.publisher.platform.facebook.Meaning.APP_LIMIT;
import static io.broadside.publisher.platform.facebook.Meaning.APP_NOT_ALLOWED;
import static io.broadside.publisher.platform.facebook.Meaning.BAD_CONTENT;
import static io.broadside.publisher.platform.facebook.Meaning.BAD_MEDIA;
import static io.broadside.publisher.platform.facebook.Meaning.BLOCKED;
import static io.broadside.publisher.platform.facebook.Meaning.DUPLICATE;
import static io.broadside.publisher.platform.facebook.Meaning.FAULT;
import static io.broadside.publisher.platform.facebook.Meaning.NOT_ALLOWED;
import static io.broadside.publisher.platform.facebook.Meaning.NOT_THERE;
import static io.broadside.publisher.platform.facebook.Meaning.TOKEN_EXPIRED;
import static io.broadside.publisher.platform.facebook.Meaning.TOKEN_REVOKED;
import static io.broadside.publisher.platform.facebook.Meaning.UNKNOWN;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The Graph API's errors, by code and subcode. HTTP status plays no part: throttles, tokens and bad input all come as 400.
 *
 * <p>A row for code and subcode wins over one for the subcode alone, and that over one for the code alone. Numbers that
 * some publishers met as a subcode and others as a code are looked for as both.
 *
 * <p>https://developers.facebook.com/docs/graph-api/guides/error-handling,
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
final class ErrorTable {

    private static final String RECONNECT = "; connect the Page again.";
    private static final String WAITS = "; the post waits.";

    private static final List<Row> ROWS = List.of(
            code(1, FAULT, "Facebook reports an unknown fault of its own."),
            code(2, FAULT, "Facebook's service is down or failed; nothing is known of the post."),
            either(1363047, FAULT, "Facebook reports trouble of its own."),
            either(1609010, FAULT, "Facebook reports trouble of its own."),
            either(6001, FAULT, "Facebook failed to take the file."),
            code(3, APP_NOT_ALLOWED, "Facebook does not let this app do this; check the app's permissions there."),
            code(4, APP_LIMIT, "The app's calls to Facebook are used up" + WAITS),
            code(341, APP_LIMIT, "The app's calls to Facebook are used up" + WAITS),
            code(17, ACCOUNT_LIMIT, "The person's calls to Facebook are used up" + WAITS),
            code(32, ACCOUNT_LIMIT, "The person's calls for this Page are used up" + WAITS),
            code(613, ACCOUNT_LIMIT, "Facebook's limit for calls like this is reached" + WAITS),
            code(80001, ACCOUNT_LIMIT, "The Page's calls are used up" + WAITS),
            code(80002, ACCOUNT_LIMIT, "The account's calls are used up" + WAITS),
            code(80006, ACCOUNT_LIMIT, "The Page's calls are used up" + WAITS),
            code(368, BLOCKED, "Facebook blocks posting for a while, usually because of too many posts" + WAITS),
            pair(368, 1404082, DUPLICATE, "Facebook says the same was posted already; change the text or let it be."),
            pair(
                    368,
                    4854002,
                    NOT_ALLOWED,
                    "Facebook wants the person to confirm their identity; do so on facebook.com."),
            code(506, DUPLICATE, "Facebook says the same was posted just before; change the text or let it be."),
            either(1366051, DUPLICATE, "Facebook says these photos were posted already; use others or let it be."),
            code(10, NOT_ALLOWED, "The connection lacks a permission, or lost it" + RECONNECT),
            either(1404006, NOT_ALLOWED, "Facebook wants the person to pass a security check; do so on facebook.com."),
            either(
                    1404112,
                    NOT_ALLOWED,
                    "Facebook limits this account for some days; its owner finds why on facebook.com."),
            either(
                    1404078,
                    NOT_ALLOWED,
                    "The Page needs Facebook's publishing authorisation; its owner can get it there."),
            code(102, TOKEN_EXPIRED, "Facebook no longer accepts the token."),
            code(190, TOKEN_EXPIRED, "Facebook no longer accepts the token."),
            code(104, TOKEN_REVOKED, "Facebook got no token it can use" + RECONNECT),
            either(463, TOKEN_EXPIRED, "The token has expired."),
            either(458, TOKEN_REVOKED, "The person removed the app" + RECONNECT),
            either(
                    459,
                    TOKEN_REVOKED,
                    "Facebook wants the person to log in on facebook.com; connect again after that."),
            either(460, TOKEN_REVOKED, "The person's password changed, or Facebook ended the session" + RECONNECT),
            either(
                    464,
                    TOKEN_REVOKED,
                    "The person's account is not confirmed; confirm it on facebook.com and connect again."),
            either(467, TOKEN_REVOKED, "Facebook calls the token invalid" + RECONNECT),
            either(490, TOKEN_REVOKED, "Facebook asks to connect again" + RECONNECT),
            either(492, TOKEN_REVOKED, "The person lost their role on this Page; get it back and connect again."),
            code(100, BAD_CONTENT, "Facebook refuses a field of the post; check its text, link and media."),
            pair(
                    100,
                    33,
                    NOT_THERE,
                    "What the post needs is not there for this connection; check the Page and its roles."),
            either(1609005, BAD_CONTENT, "Facebook cannot read the linked page; check the link."),
            either(1609008, BAD_CONTENT, "Facebook refuses links to facebook.com here; use another link."),
            either(2061006, BAD_CONTENT, "Facebook calls the address bad; correct the link."),
            either(1349125, BAD_CONTENT, "Facebook calls the format bad; use another file."),
            either(2069019, BAD_CONTENT, "Facebook calls the file bad; use another one."),
            either(1346003, BAD_CONTENT, "Facebook calls the content abusive; change it."),
            either(1404102, BAD_CONTENT, "Facebook says the content breaks its community standards; change it."),
            either(
                    1366046,
                    BAD_MEDIA,
                    "The photo is too large (4 MB at most) or neither JPEG nor PNG; use another file."),
            code(
                    324,
                    BAD_MEDIA,
                    "Facebook cannot use the photo; check that its address is public and it is JPEG or PNG."),
            code(382, BAD_MEDIA, "Facebook calls the file too small; use another one."),
            code(389, BAD_MEDIA, "Facebook cannot fetch the file; check that its address is public."),
            code(6000, BAD_MEDIA, "Facebook cannot use the file; use another one."));

    private static final Map<Key, Row> BY_KEY =
            ROWS.stream().collect(Collectors.toUnmodifiableMap(Row::key, Function.identity()));

    private static final String LACKS_RIGHT = "The connection may not do this on the Page" + RECONNECT;
    private static final String NOT_NAMED = "Facebook refuses for a reason unknown here; its code may tell.";

    private ErrorTable() {}

    /** What an error says; UNKNOWN for what the table does not have. */
    static Row of(int code, int subcode) {
        var pair = BY_KEY.get(new Key(code, subcode));
        if (pair != null) {
            return pair;
        }
        for (var either : List.of(new Key(Key.EITHER, subcode), new Key(Key.EITHER, code), new Key(code, Key.ANY))) {
            var row = BY_KEY.get(either);
            if (row != null) {
                return row;
            }
        }
        return code >= 200 && code <= 299
                ? new Row(new Key(code, Key.ANY), NOT_ALLOWED, LACKS_RIGHT)
                : new Row(new Key(code, subcode), UNKNOWN, NOT_NAMED);
    }

    /** A line of the table; the sentence is for a person. */
    record Row(Key key, Meaning meaning, String sentence) {}

    /** Which errors a line is for. */
    record Key(int code, int subcode) {
        static final int ANY = -1;
        static final int EITHER = -2;
    }

    private static Row code(int code, Meaning meaning, String sentence) {
        return new Row(new Key(code, Key.ANY), meaning, sentence);
    }

    private static Row pair(int code, int subcode, Meaning meaning, String sentence) {
        return new Row(new Key(code, subcode), meaning, sentence);
    }

    private static Row either(int number, Meaning meaning, String sentence) {
        return new Row(new Key(Key.EITHER, number), meaning, sentence);
    }
}
