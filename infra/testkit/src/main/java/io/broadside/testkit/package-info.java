/**
 * What integration tests share. {@link io.broadside.testkit.KafkaExtension} gives them one Kafka and one schema registry
 * for the whole run; topic names are unique per test, so tests never see each other's records.
 */
@NullMarked
package io.broadside.testkit;

import org.jspecify.annotations.NullMarked;
