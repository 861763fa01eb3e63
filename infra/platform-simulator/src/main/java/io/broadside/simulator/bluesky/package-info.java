/** Bluesky, doubled as its own server was seen to answer. */
@NullMarked
package io.broadside.simulator.bluesky;

import org.jspecify.annotations.NullMarked;
