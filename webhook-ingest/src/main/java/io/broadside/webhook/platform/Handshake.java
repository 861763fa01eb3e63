package io.broadside.webhook.platform;

/** What a handshake comes to. */
public sealed interface Handshake {

    /** Sent with status 200. The body holds nothing of the request but what cannot be markup. */
    record Answer(String contentType, String body) implements Handshake {}

    /** The asker is not the platform, or does not ask as the platform does. The reason is for our log, not for the asker. */
    record Refused(String reason) implements Handshake {}
}
