/** Tokens of Facebook Pages. */
@NullMarked
package io.broadside.token.platform.facebook;

import org.jspecify.annotations.NullMarked;
