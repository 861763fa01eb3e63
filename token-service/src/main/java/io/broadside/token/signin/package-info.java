/** Connecting by signing in at a platform: from the first click to the stored token, without HTTP of our own. */
@NullMarked
package io.broadside.token.signin;

import org.jspecify.annotations.NullMarked;
