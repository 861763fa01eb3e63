/**
 * Platforms' webhooks: verified over the bytes as received, durable before they are acknowledged, normalised into one kind of
 * event, each event once.
 */
@NullMarked
package io.broadside.webhook;

import org.jspecify.annotations.NullMarked;
