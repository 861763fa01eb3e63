/** Tokens of TikTok. */
@NullMarked
package io.broadside.token.platform.tiktok;

import org.jspecify.annotations.NullMarked;
