/**
 * Everything that waits, exactly as long as it must: commands held for a rate limit, an outage, a look, a schedule, a token
 * or a person, and sent back to their platform's topic at the time they are due.
 */
@NullMarked
package io.broadside.retry;

import org.jspecify.annotations.NullMarked;
