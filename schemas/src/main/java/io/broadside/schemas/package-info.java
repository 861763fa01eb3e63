/** The contract that all parts share: topics, serdes, error codes and ids. The events themselves are in {@code io.broadside.events}. */
@NullMarked
package io.broadside.schemas;

import org.jspecify.annotations.NullMarked;
