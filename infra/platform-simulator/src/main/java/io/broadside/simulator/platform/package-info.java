/** What a network must offer to be doubled, and what it stands on. One folder per network; {@code SimulatedPlatforms} lists them. */
@NullMarked
package io.broadside.simulator.platform;

import org.jspecify.annotations.NullMarked;
