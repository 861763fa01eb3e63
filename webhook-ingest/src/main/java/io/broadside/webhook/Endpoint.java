package io.broadside.webhook;

import io.broadside.webhook.platform.WebhookPlatform;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One app and the platform it is of. */
record Endpoint(WebhookApp app, WebhookPlatform platform) {

    /** All endpoints by path. */
    static Map<String, Endpoint> byPath(Collection<WebhookApp> apps) {
        return apps.stream()
                .map(app ->
                        new Endpoint(app, WebhookPlatforms.find(app.platform()).orElseThrow()))
                .collect(Collectors.toUnmodifiableMap(endpoint -> endpoint.app().path(), Function.identity()));
    }

    /** PLATFORM/NAME. */
    String label() {
        return app.platform() + "/" + app.name();
    }
}
