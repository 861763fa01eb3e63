package io.broadside.webhook;

import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.Credentials;
import io.broadside.webhook.platform.WebhookPlatform;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One address of an app, and the platform that calls there. */
record Endpoint(WebhookApp app, WebhookPlatform platform, Callback callback, Keyring keyring) {

    /** All endpoints by path. */
    static Map<String, Endpoint> byPath(Collection<WebhookApp> apps, Keyring keyring) {
        return apps.stream()
                .flatMap(app -> {
                    var platform = WebhookPlatforms.find(app.platform()).orElseThrow();
                    return platform.traits().callbacks().stream()
                            .map(callback -> new Endpoint(app, platform, callback, keyring));
                })
                .collect(Collectors.toUnmodifiableMap(Endpoint::path, Function.identity()));
    }

    /** What the app and its platform know in common now. */
    Credentials credentials() {
        return keyring.of(app);
    }

    String path() {
        return callback == Callback.WEBHOOK ? app.path() : app.path() + "/" + callback.id();
    }

    /** PLATFORM/NAME. */
    String label() {
        return app.label();
    }
}
