package io.broadside.webhook.platform;

/** Whether a delivery is what it claims to be. */
public sealed interface Verdict {

    /** One of the app's secrets signed these very bytes. */
    record Valid() implements Verdict {}

    /** There is no signature where this platform puts it. */
    record Missing(String detail) implements Verdict {}

    /** There is a signature, and none of the app's secrets makes it of these bytes. */
    record Mismatch(String detail) implements Verdict {}

    /** The signature is right, but what it covers names an end that has passed. */
    record OutOfTime(String detail) implements Verdict {}
}
