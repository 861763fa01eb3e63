/** How connections fare: what ends them and when, who is told of it in time, and what a daily look at their platform finds. */
@NullMarked
package io.broadside.token.health;

import org.jspecify.annotations.NullMarked;
