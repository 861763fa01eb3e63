/**
 * Kafka and a schema registry inside this JVM, for development and tests.
 *
 * <p>{@link io.broadside.embedded.EmbeddedBroker} is Apache Kafka itself, not an imitation: one node, controller and
 * broker at once. {@link io.broadside.embedded.SchemaRegistry} speaks Confluent's REST API, so that Confluent's own
 * serdes work with it unchanged. Both listen on 127.0.0.1 only and know no users: neither is meant for production.
 */
@NullMarked
package io.broadside.embedded;

import org.jspecify.annotations.NullMarked;
