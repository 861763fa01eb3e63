/** Webhooks of X: the X Activity API, and the Account Activity API before it. */
@NullMarked
package io.broadside.webhook.platform.x;

import org.jspecify.annotations.NullMarked;
