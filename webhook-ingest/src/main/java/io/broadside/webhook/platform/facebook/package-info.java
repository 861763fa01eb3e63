/** Webhooks of Facebook Pages. */
@NullMarked
package io.broadside.webhook.platform.facebook;

import org.jspecify.annotations.NullMarked;
