/** Webhooks of TikTok. */
@NullMarked
package io.broadside.webhook.platform.tiktok;

import org.jspecify.annotations.NullMarked;
