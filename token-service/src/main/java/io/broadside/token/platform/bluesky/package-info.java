/** Tokens of Bluesky, and of every server of the AT Protocol. */
@NullMarked
package io.broadside.token.platform.bluesky;

import org.jspecify.annotations.NullMarked;
