/** Accepting tokens and showing connections, over HTTP. */
@NullMarked
package io.broadside.token.connect;

import org.jspecify.annotations.NullMarked;
