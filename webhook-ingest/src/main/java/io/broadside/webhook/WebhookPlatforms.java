package io.broadside.webhook;

import io.broadside.webhook.platform.WebhookPlatform;
import io.broadside.webhook.platform.facebook.FacebookWebhooks;
import io.broadside.webhook.platform.x.XWebhooks;
import java.util.List;
import java.util.Optional;

/** The one list of platforms whose webhooks we take. */
final class WebhookPlatforms {

    static final List<WebhookPlatform> ALL = List.of(new FacebookWebhooks(), new XWebhooks());

    private WebhookPlatforms() {}

    static Optional<WebhookPlatform> find(String id) {
        return ALL.stream().filter(platform -> platform.id().equals(id)).findFirst();
    }
}
