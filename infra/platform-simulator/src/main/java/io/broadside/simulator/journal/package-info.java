/** What must survive the process: changes of state as lines of one append-only file. */
@NullMarked
package io.broadside.simulator.journal;

import org.jspecify.annotations.NullMarked;
