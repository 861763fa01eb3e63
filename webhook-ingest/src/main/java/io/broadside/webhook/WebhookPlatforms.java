package io.broadside.webhook;

import io.broadside.webhook.platform.WebhookPlatform;
import io.broadside.webhook.platform.linkedin.LinkedInWebhooks;
import io.broadside.webhook.platform.meta.MetaWebhooks;
import io.broadside.webhook.platform.tiktok.TikTokWebhooks;
import io.broadside.webhook.platform.x.XWebhooks;
import java.util.List;
import java.util.Optional;

/** The one list of platforms whose webhooks we take. */
final class WebhookPlatforms {

    static final List<WebhookPlatform> ALL = List.of(
            MetaWebhooks.facebook(),
            MetaWebhooks.instagram(),
            new LinkedInWebhooks(),
            MetaWebhooks.threads(),
            new TikTokWebhooks(),
            new XWebhooks());

    private WebhookPlatforms() {}

    static Optional<WebhookPlatform> find(String id) {
        return ALL.stream().filter(platform -> platform.id().equals(id)).findFirst();
    }
}
