package io.broadside.publisher.platform.linkedin;

import io.broadside.schemas.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an error of LinkedIn says, as far as it matters for what happens next. By its code; where that tells nothing, by the
 * older shape's number, and then by the status. A duplicate is also one without a code, if it says of which post.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
 */
enum Meaning {
    TOKEN_EXPIRED(ErrorCode.TOKEN_EXPIRED, "LinkedIn no longer accepts the token."),
    TOKEN_REVOKED(
            ErrorCode.TOKEN_REVOKED, "The person withdrew the app's access to LinkedIn; connect the account again."),
    NOT_ALLOWED(
            ErrorCode.PERMISSION_MISSING,
            "The connection may not do this on LinkedIn; check the person's role on the page and the app's products there,"
                    + " and connect the account again."),
    /** Our own setting is at fault: posts wait for it to be mended, and none fails. */
    DEAD_VERSION(
            ErrorCode.APP_REFUSED,
            "LinkedIn no longer serves the version of its API that is set; the operator must raise LINKEDIN_API_VERSION."),
    BAD_CONTENT(ErrorCode.CONTENT_REFUSED, "LinkedIn refuses a field of the post; check its text, link and media."),
    BAD_MEDIA(ErrorCode.MEDIA_UNAVAILABLE, "LinkedIn cannot use the file; use another one."),
    DUPLICATE(ErrorCode.DUPLICATE_REFUSED, "LinkedIn says the same was posted already; change the text or let it be."),
    NOT_THERE(ErrorCode.NOT_FOUND, "What the post needs is not there on LinkedIn; check the account."),
    /** Media that LinkedIn has not finished with. */
    TOO_EARLY(ErrorCode.MEDIA_UNAVAILABLE, "LinkedIn is still processing the file."),
    UPLOAD_EXPIRED(ErrorCode.SERVER_ERROR, "The time for sending the file to LinkedIn was over; it is sent anew."),
    CONFLICT(ErrorCode.SERVER_ERROR, "LinkedIn was changing the same thing at that moment."),
    LIMIT(ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.sentence()),
    FAULT(ErrorCode.SERVER_ERROR, ErrorCode.SERVER_ERROR.sentence()),
    UNKNOWN(ErrorCode.UNKNOWN_REFUSAL, "LinkedIn refuses for a reason unknown here; its code may tell.");

    private static final Map<String, Meaning> BY_CODE = Map.ofEntries(
            Map.entry("MISSING_FIELD", BAD_CONTENT),
            Map.entry("INVALID_VALUE_FOR_FIELD", BAD_CONTENT),
            Map.entry("FIELD_LENGTH_TOO_LONG", BAD_CONTENT),
            Map.entry("INVALID_VALUE_BLANK_FIELD", BAD_CONTENT),
            Map.entry("INVALID_URN_TYPE", BAD_CONTENT),
            Map.entry("INVALID_URN_ID", BAD_CONTENT),
            Map.entry("INVALID_IMAGE_ID", BAD_CONTENT),
            Map.entry("MEDIA_ASSET_WAITING_UPLOAD", TOO_EARLY),
            Map.entry("MEDIA_ASSET_PROCESSING", TOO_EARLY),
            Map.entry("MEDIA_ASSET_PROCESSING_FAILED", BAD_MEDIA),
            Map.entry("EXPIRED_UPLOAD_URL", UPLOAD_EXPIRED),
            Map.entry("VERSION_MISSING", DEAD_VERSION),
            Map.entry("NONEXISTENT_VERSION", DEAD_VERSION),
            Map.entry("EXPIRED_ACCESS_TOKEN", TOKEN_EXPIRED),
            Map.entry("REVOKED_ACCESS_TOKEN", TOKEN_REVOKED),
            Map.entry("EMPTY_ACCESS_TOKEN", TOKEN_EXPIRED),
            Map.entry("INVALID_ACCESS_TOKEN", TOKEN_EXPIRED),
            Map.entry("ACCESS_DENIED", NOT_ALLOWED),
            Map.entry("CONFLICT", CONFLICT),
            Map.entry("DUPLICATE_POST", DUPLICATE));

    /** That 65601 means withdrawn is not sure: it was seen for expired tokens too, and then a new one helps. */
    private static final Map<Integer, Meaning> BY_SERVICE_CODE = Map.of(
            65600, TOKEN_EXPIRED,
            65601, TOKEN_EXPIRED,
            65602, TOKEN_EXPIRED,
            100, NOT_ALLOWED,
            101, LIMIT);

    private static final Map<Integer, Meaning> BY_STATUS = Map.ofEntries(
            Map.entry(400, BAD_CONTENT),
            Map.entry(401, TOKEN_EXPIRED),
            Map.entry(403, NOT_ALLOWED),
            Map.entry(404, NOT_THERE),
            Map.entry(408, FAULT),
            Map.entry(409, CONFLICT),
            Map.entry(413, BAD_MEDIA),
            Map.entry(415, BAD_MEDIA),
            Map.entry(422, BAD_CONTENT),
            Map.entry(425, FAULT),
            Map.entry(426, DEAD_VERSION),
            Map.entry(429, LIMIT));

    private static final int UNPROCESSABLE = 422;

    /** Refusals that pass, and that have no code of their own: beside limits and duplicates the one place where wording counts. */
    private static final List<String> PASSING =
            List.of("Unable to obtain activity", "resource is forbidden", "Service Unavailable");

    private final ErrorCode code;
    private final String sentence;

    Meaning(ErrorCode code, String sentence) {
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

    /** @param error empty for an answer that is not LinkedIn's own */
    static Meaning of(int status, Optional<LinkedInError> error) {
        if (status == 429) {
            return LIMIT;
        }
        if (status >= 500) {
            return FAULT;
        }
        if (error.isEmpty()) {
            // Only what a proxy of LinkedIn's would not say by mistake.
            return status == 401 ? TOKEN_EXPIRED : status == 413 || status == 415 ? BAD_MEDIA : FAULT;
        }
        if (status < 400) {
            return FAULT;
        }
        if (status == UNPROCESSABLE && namesADuplicate(error.get())) {
            return DUPLICATE;
        }
        return byCode(error.get())
                .or(() -> byText(error.get()))
                .or(() -> Optional.ofNullable(BY_SERVICE_CODE.get(error.get().serviceCode())))
                .or(() -> Optional.ofNullable(BY_STATUS.get(status)))
                .orElse(UNKNOWN);
    }

    private static Optional<Meaning> byCode(LinkedInError error) {
        return error.codes().stream()
                .flatMap(code -> Optional.ofNullable(BY_CODE.get(code)).stream())
                .findFirst();
    }

    /** The code does not always come, and a post that is there must not be called refused. */
    private static boolean namesADuplicate(LinkedInError error) {
        return error.message().toLowerCase(Locale.ROOT).contains("duplicate")
                && Urns.postIn(error.message()).isPresent();
    }

    private static Optional<Meaning> byText(LinkedInError error) {
        return PASSING.stream().anyMatch(error.message()::contains) ? Optional.of(FAULT) : Optional.empty();
    }
}
