package io.broadside.publisher.platform.x;

import io.broadside.schemas.ErrorCode;
import java.util.List;
import java.util.Map;

/**
 * What a 403 of X says. Most have a type of their own; the others are all about:blank and differ only in their detail.
 *
 * <p>https://docs.x.com/x-api/fundamentals/response-codes-and-errors
 */
enum Refusal {
    DUPLICATE(ErrorCode.DUPLICATE_REFUSED, "X says the same was posted already; change the text or let it be."),
    CONTENT(ErrorCode.CONTENT_REFUSED, "X refuses this text or these media; change them."),
    REPLY(
            ErrorCode.CONTENT_REFUSED,
            "X lets apps answer or quote only where the account is mentioned, or its own posts."),
    NOT_THERE(ErrorCode.NOT_FOUND, "The post that this one refers to is gone or hidden from the account."),
    READ_ONLY(
            ErrorCode.PERMISSION_MISSING,
            "The connection may only read; connect the account again, with the right to post."),
    NOT_PERMITTED(
            ErrorCode.PERMISSION_MISSING,
            "X does not permit this for the account; check the length of the text, and connect the account again."),
    APP(
            ErrorCode.APP_REFUSED,
            "X refuses the app itself; check its project and its access level in X's developer portal."),
    WRONG_TOKEN(ErrorCode.TOKEN_REVOKED, "X does not take this kind of token here; connect the account again."),
    ACCOUNT(ErrorCode.TOKEN_REVOKED, "The account is suspended or locked; its owner must see to it on x.com."),
    MONTHLY(ErrorCode.RATE_LIMITED, "The app's monthly volume at X is used up; the post waits."),
    UNKNOWN(ErrorCode.UNKNOWN_REFUSAL, "X refuses for a reason unknown here; its type may tell.");

    private static final Map<String, Refusal> BY_KIND = Map.ofEntries(
            Map.entry("oauth1-permissions", READ_ONLY),
            Map.entry("client-forbidden", APP),
            Map.entry("client-not-enrolled", APP),
            Map.entry("unsupported-authentication", WRONG_TOKEN),
            Map.entry("user-suspended", ACCOUNT),
            Map.entry("not-authorized-for-resource", REPLY),
            Map.entry("duplicate-rules", CONTENT),
            Map.entry("invalid-request", CONTENT),
            Map.entry("usage-capped", MONTHLY),
            Map.entry("resource-not-found", NOT_THERE));

    /** The old API's codes, which some answers still have. */
    private static final Map<Integer, Refusal> BY_CODE =
            Map.of(187, DUPLICATE, 186, CONTENT, 64, ACCOUNT, 326, ACCOUNT);

    /** The one place where X's wording counts: these all come as about:blank, without any code. */
    private static final List<Map.Entry<String, Refusal>> BY_DETAIL = List.of(
            Map.entry("duplicate content", DUPLICATE),
            Map.entry("text is too long", CONTENT),
            Map.entry("maximum of one cashtag", CONTENT),
            Map.entry("maximum of 4 items", CONTENT),
            Map.entry("contains an invalid url", CONTENT),
            Map.entry("video longer than 2 minutes", CONTENT),
            Map.entry("you can only reply to or quote", REPLY),
            Map.entry("reply to this conversation is not allowed", REPLY),
            Map.entry("deleted or not visible", NOT_THERE),
            Map.entry("temporarily locked", ACCOUNT),
            Map.entry("you are not permitted to perform this action", NOT_PERMITTED));

    private final ErrorCode code;
    private final String sentence;

    Refusal(ErrorCode code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    ErrorCode code() {
        return code;
    }

    /** For a person: what it is and what to do. */
    String sentence() {
        return sentence;
    }

    static Refusal of(Problem problem) {
        var byKind = BY_KIND.get(problem.kind());
        var byCode = BY_CODE.get(problem.code());
        if (byKind != null) {
            return byKind;
        }
        if (byCode != null) {
            return byCode;
        }
        return BY_DETAIL.stream()
                .filter(entry -> problem.detail().contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(UNKNOWN);
    }
}
