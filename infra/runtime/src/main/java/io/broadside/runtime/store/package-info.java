/** State stores for Kafka Streams that survive the death of their process. */
@NullMarked
package io.broadside.runtime.store;

import org.jspecify.annotations.NullMarked;
