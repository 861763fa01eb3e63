/** How strict the networks are. */
@NullMarked
package io.broadside.simulator.settings;

import org.jspecify.annotations.NullMarked;
