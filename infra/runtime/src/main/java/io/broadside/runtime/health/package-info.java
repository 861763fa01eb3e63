/** What a service tells about itself: alive, ready, and in numbers. */
@NullMarked
package io.broadside.runtime.health;

import org.jspecify.annotations.NullMarked;
