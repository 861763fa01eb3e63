/** What platforms tell of permissions that have ended, and what becomes of the connections that rested on them. */
@NullMarked
package io.broadside.token.inbound;

import org.jspecify.annotations.NullMarked;
