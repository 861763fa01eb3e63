/** What was really published, and what was published twice. */
@NullMarked
package io.broadside.simulator.post;

import org.jspecify.annotations.NullMarked;
