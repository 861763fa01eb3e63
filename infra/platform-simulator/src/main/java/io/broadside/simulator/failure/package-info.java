/** Failures that callers ask for by name. */
@NullMarked
package io.broadside.simulator.failure;

import org.jspecify.annotations.NullMarked;
