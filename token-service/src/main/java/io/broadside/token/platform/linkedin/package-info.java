/** Tokens of LinkedIn. */
@NullMarked
package io.broadside.token.platform.linkedin;

import org.jspecify.annotations.NullMarked;
