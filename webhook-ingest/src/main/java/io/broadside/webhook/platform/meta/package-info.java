/** Webhooks of Meta: one way to shake hands and to sign for Facebook Pages, Instagram and Threads. */
@NullMarked
package io.broadside.webhook.platform.meta;

import org.jspecify.annotations.NullMarked;
