/** Tells people outside of what happens to connections: by e-mail, and by a webhook of theirs. */
@NullMarked
package io.broadside.token.health.notice;

import org.jspecify.annotations.NullMarked;
