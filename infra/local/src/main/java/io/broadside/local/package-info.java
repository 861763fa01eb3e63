/** The whole of Broadside in one JVM, for development: and the {@code broadside} command. */
@NullMarked
package io.broadside.local;

import org.jspecify.annotations.NullMarked;
