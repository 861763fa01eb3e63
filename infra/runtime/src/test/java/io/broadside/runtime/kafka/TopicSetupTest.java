package io.broadside.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.schemas.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicSetupTest {

    @ParameterizedTest
    @ValueSource(shorts = {3, 5})
    void whatIsAcknowledgedIsInTwoPlacesWhereThereAreThree(short replication) {
        assertThat(TopicSetup.settings(Topics.INBOUND_RAW, replication))
                .containsAllEntriesOf(Topics.INBOUND_RAW.brokerConfig())
                .containsEntry("min.insync.replicas", "2");
    }

    @Test
    void withFewerReplicasTheBrokersOwnSettingStands() {
        for (short replication : new short[] {-1, 1, 2}) {
            assertThat(TopicSetup.settings(Topics.INBOUND_RAW, replication))
                    .isEqualTo(Topics.INBOUND_RAW.brokerConfig());
        }
    }
}
