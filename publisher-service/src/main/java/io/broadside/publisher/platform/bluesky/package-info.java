/** Bluesky, and every server of the AT Protocol. */
@NullMarked
package io.broadside.publisher.platform.bluesky;

import org.jspecify.annotations.NullMarked;
