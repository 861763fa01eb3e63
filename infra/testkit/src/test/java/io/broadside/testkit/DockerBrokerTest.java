package io.broadside.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.BrokerSettings;
import org.junit.jupiter.api.Test;

class DockerBrokerTest {

    @Test
    void theContainerHasTheSettingsOfTheEmbeddedBroker() {
        assertThat(DockerBroker.environment(BrokerSettings.visibleToClients()))
                .containsEntry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
                .containsEntry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
                .containsEntry("KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "1000")
                .containsEntry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
    }
}
