package io.broadside.schemas;

import static io.broadside.events.ErrorOwner.ACCOUNT_OWNER;
import static io.broadside.events.ErrorOwner.NOBODY;
import static io.broadside.events.ErrorOwner.OPERATOR;
import static io.broadside.events.ErrorOwner.PLATFORM;
import static io.broadside.events.ErrorOwner.SENDER;

import io.broadside.events.ErrorOwner;

/**
 * What can go wrong, under one stable name in events, logs and metrics. Names are never reused or renamed; new ones may be
 * added at any time.
 */
public enum ErrorCode {
    // The request.
    INVALID_REQUEST(SENDER, Recovery.NONE, "The request breaks a rule; the faults say which."),
    UNKNOWN_PLATFORM(SENDER, Recovery.NONE, "There is no platform of this name."),
    UNKNOWN_CONNECTION(SENDER, Recovery.NONE, "Nothing is connected under this name."),
    AMBIGUOUS_PROFILE(SENDER, Recovery.NONE, "The profile has several connections on this platform; name one."),
    REQUEST_ID_REUSED(SENDER, Recovery.NONE, "This requestId was used before for a different request."),
    UNREADABLE_RECORD(SENDER, Recovery.NONE, "The record is not an event in Confluent's Avro format."),
    DEADLINE_PASSED(SENDER, Recovery.NONE, "The deadline of the post passed before it could go out."),
    UNKNOWN_REQUEST(SENDER, Recovery.NONE, "There is no request of this id."),
    TOO_LATE_TO_CHANGE(SENDER, Recovery.NONE, "The post can no longer be changed."),

    // The account and its token.
    TOKEN_MISSING(ACCOUNT_OWNER, Recovery.TOKEN, "There is no token for this connection yet."),
    TOKEN_EXPIRED(NOBODY, Recovery.TOKEN, "The token has expired and is being renewed."),
    TOKEN_REVOKED(ACCOUNT_OWNER, Recovery.PERSON, "The platform no longer accepts the token; reconnect the account."),
    PERMISSION_MISSING(ACCOUNT_OWNER, Recovery.NONE, "The account has not granted what this needs; reconnect it."),
    CONNECTION_DISCONNECTED(ACCOUNT_OWNER, Recovery.NONE, "The account has been disconnected."),

    // The platform's answer.
    RATE_LIMITED(NOBODY, Recovery.WAIT, "The platform's rate limit is reached; the post waits."),
    BUDGET_USED_UP(
            NOBODY, Recovery.WAIT, "The calls that the platform allows are used up for now; the post waits for more."),
    CONTENT_REFUSED(SENDER, Recovery.NONE, "The platform refuses this content."),
    DUPLICATE_REFUSED(SENDER, Recovery.NONE, "The platform says the same was posted already."),
    NOT_FOUND(SENDER, Recovery.NONE, "What the post refers to is not there."),
    MEDIA_UNAVAILABLE(SENDER, Recovery.NONE, "The media file cannot be used."),
    STILL_PROCESSING(NOBODY, Recovery.RECONCILE, "The platform has the post and is still working on it."),
    UNEXPECTED_ANSWER(PLATFORM, Recovery.RECONCILE, "The platform's answer could not be understood."),
    SERVER_ERROR(PLATFORM, Recovery.WAIT, "The platform has a fault of its own."),
    CREDITS_DEPLETED(OPERATOR, Recovery.WAIT, "The app has no credit left at the platform."),
    APP_REFUSED(OPERATOR, Recovery.NONE, "The platform refuses the app itself."),
    UNKNOWN_REFUSAL(PLATFORM, Recovery.NONE, "The platform refused for a reason it did not name."),

    // The way there.
    NO_CONNECTION(PLATFORM, Recovery.WAIT, "No connection to the platform could be made."),
    NO_ANSWER(PLATFORM, Recovery.RECONCILE, "The connection broke before the platform answered."),
    TIMED_OUT(PLATFORM, Recovery.RECONCILE, "The platform did not answer in time."),
    BREAKER_OPEN(PLATFORM, Recovery.WAIT, "The platform is failing; calls to it are held back."),

    // Ourselves.
    OWNER_LOST(NOBODY, Recovery.RECONCILE, "The process making the call ended before it could say what came of it."),
    NOT_CONFIRMABLE(
            ACCOUNT_OWNER, Recovery.NONE, "Whether the post is out cannot be found out from here; please look."),
    INCOMPLETE(
            ACCOUNT_OWNER,
            Recovery.NONE,
            "The post is out; something that belongs to it, such as its first comment, is missing or in doubt."),
    ATTEMPTS_USED_UP(PLATFORM, Recovery.NONE, "All attempts were used up."),
    INTERNAL(OPERATOR, Recovery.NONE, "Broadside failed; the dead letter holds the cause.");

    /** What is done about it without anybody asking. */
    public enum Recovery {
        /** Wait and run again. */
        WAIT,
        /** Get a newer token, then run again. */
        TOKEN,
        /** A person must act; the post waits for that. */
        PERSON,
        /** Look whether it happened, then decide. */
        RECONCILE,
        /** Nothing: it is final. */
        NONE
    }

    private final ErrorOwner owner;
    private final Recovery recovery;
    private final String sentence;

    ErrorCode(ErrorOwner owner, Recovery recovery, String sentence) {
        this.owner = owner;
        this.recovery = recovery;
        this.sentence = sentence;
    }

    /** Who can mend it. */
    public ErrorOwner owner() {
        return owner;
    }

    public Recovery recovery() {
        return recovery;
    }

    /** One sentence for a person, where nothing more exact can be said. */
    public String sentence() {
        return sentence;
    }
}
