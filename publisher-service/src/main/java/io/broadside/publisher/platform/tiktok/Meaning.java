package io.broadside.publisher.platform.tiktok;

import io.broadside.schemas.ErrorCode;

/** What a code of TikTok says, as far as it matters for what happens next. */
enum Meaning {
    TOKEN_EXPIRED(ErrorCode.TOKEN_EXPIRED),
    /** The account lacks a right, or TikTok wants something of its owner. */
    NOT_ALLOWED(ErrorCode.PERMISSION_MISSING),
    APP_NOT_ALLOWED(ErrorCode.APP_REFUSED),
    /** The window of a minute. */
    MINUTE_LIMIT(ErrorCode.RATE_LIMITED),
    /** What an account may post in 24 hours, over all apps. */
    ACCOUNT_CAP(ErrorCode.RATE_LIMITED),
    /** For how many accounts an app may post in 24 hours. */
    APP_CAP(ErrorCode.RATE_LIMITED),
    BAD_CONTENT(ErrorCode.CONTENT_REFUSED),
    BAD_MEDIA(ErrorCode.MEDIA_UNAVAILABLE),
    NOT_THERE(ErrorCode.NOT_FOUND),
    /** Of a cancellation: the post is beyond it. */
    TOO_LATE(ErrorCode.STILL_PROCESSING),
    /** TikTok's own trouble: begun anew, the post may go through. */
    FAULT(ErrorCode.SERVER_ERROR),
    /** TikTok could not fetch the file: tried again, it may. */
    NOT_FETCHED(ErrorCode.MEDIA_UNAVAILABLE),
    /** The account withdrew its consent while TikTok was at work. */
    CONSENT_WITHDRAWN(ErrorCode.TOKEN_REVOKED),
    UNKNOWN(ErrorCode.UNKNOWN_REFUSAL);

    private final ErrorCode code;

    Meaning(ErrorCode code) {
        this.code = code;
    }

    ErrorCode code() {
        return code;
    }
}
