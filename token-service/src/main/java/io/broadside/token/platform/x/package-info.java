/** Tokens of X. */
@NullMarked
package io.broadside.token.platform.x;

import org.jspecify.annotations.NullMarked;
