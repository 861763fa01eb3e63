/** Tokens of Instagram. */
@NullMarked
package io.broadside.token.platform.instagram;

import org.jspecify.annotations.NullMarked;
