/** What the webhooks of a platform are to this service: handshake, signature, meaning. One package per platform below. */
@NullMarked
package io.broadside.webhook.platform;

import org.jspecify.annotations.NullMarked;
