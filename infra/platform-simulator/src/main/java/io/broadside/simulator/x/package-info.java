/** The X API v2. */
@NullMarked
package io.broadside.simulator.x;

import org.jspecify.annotations.NullMarked;
