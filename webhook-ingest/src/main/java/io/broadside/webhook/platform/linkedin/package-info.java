/** Webhooks of LinkedIn. */
@NullMarked
package io.broadside.webhook.platform.linkedin;

import org.jspecify.annotations.NullMarked;
