/** A double of the platforms: their HTTP interfaces, their quirks, and failures on demand. */
@NullMarked
package io.broadside.simulator;

import org.jspecify.annotations.NullMarked;
