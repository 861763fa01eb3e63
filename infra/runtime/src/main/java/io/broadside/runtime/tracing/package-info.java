/** The trace a record belongs to, carried through Kafka headers. */
@NullMarked
package io.broadside.runtime.tracing;

import org.jspecify.annotations.NullMarked;
