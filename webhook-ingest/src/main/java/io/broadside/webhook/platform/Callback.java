package io.broadside.webhook.platform;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** An address of an app at which its platform calls. */
public enum Callback {
    /** Webhooks and handshakes; every app has it. */
    WEBHOOK,
    /** Meta: a person has removed the app. */
    DEAUTHORIZE,
    /** Meta: a person wants the app to delete what it has of them. */
    DATA_DELETION;

    /** As in paths and on topics: {@code data-deletion}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Callback> find(String id) {
        return Stream.of(values()).filter(callback -> callback.id().equals(id)).findFirst();
    }
}
