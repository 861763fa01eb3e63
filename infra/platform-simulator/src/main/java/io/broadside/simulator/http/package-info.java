/** One call from arrival to answer: reading, injected failures, the journal's barrier, the log of calls. */
@NullMarked
package io.broadside.simulator.http;

import org.jspecify.annotations.NullMarked;
