/** Kafka as a service sees it: its configuration, clients made one way, topics made sure of, tables of compacted topics. */
@NullMarked
package io.broadside.runtime.kafka;

import org.jspecify.annotations.NullMarked;
