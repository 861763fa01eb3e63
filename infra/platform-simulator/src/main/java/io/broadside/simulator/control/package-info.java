/** How tests and people steer the simulator. */
@NullMarked
package io.broadside.simulator.control;

import org.jspecify.annotations.NullMarked;
