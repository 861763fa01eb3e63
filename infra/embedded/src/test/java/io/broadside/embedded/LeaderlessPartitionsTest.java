package io.broadside.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpointCollection;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LeaderlessPartitionsTest {

    private static final ListenerName LISTENER = new ListenerName("PLAINTEXT");
    private static final int BROKER = 1;
    private static final int NO_LEADER = -1;

    @BeforeAll
    static void mend() {
        LeaderlessPartitions.mend();
    }

    @Test
    void aPartitionWithoutALeaderIsNotSaidToBeDeleted() {
        // Given
        var cache = cache(NO_LEADER);
        // When
        var leader = cache.getPartitionLeaderEndpoint("posts", 0, LISTENER);
        // Then
        assertThat(leader).contains(Node.noNode());
    }

    @Test
    void aPartitionThatWasDeletedHasNoLeader() {
        // Given
        var cache = cache(BROKER);
        // When
        var leader = cache.getPartitionLeaderEndpoint("posts", 1, LISTENER);
        // Then
        assertThat(leader).isEmpty();
    }

    @Test
    void theLeaderOfAPartitionIsTold() {
        // Given
        var cache = cache(BROKER);
        // When
        var leader = cache.getPartitionLeaderEndpoint("posts", 0, LISTENER);
        // Then
        assertThat(leader.map(Node::id)).contains(BROKER);
    }

    /** Once this fails: see whether the version of now still has the fault, and remove {@link LeaderlessPartitions} if not. */
    @Test
    void thisVersionOfKafkaHasTheFault() {
        assertThat(AppInfoParser.getVersion()).isIn("4.3.0", "4.3.1");
    }

    /** KRaftMetadataCache must not be in a signature here: it would be loaded before it is mended. */
    private static MetadataCache cache(int leader) {
        var topic = Uuid.randomUuid();
        var delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        var endpoint = new BrokerEndpoint()
                .setName(LISTENER.value())
                .setHost("localhost")
                .setPort(9092);
        delta.replay(new RegisterBrokerRecord()
                .setBrokerId(BROKER)
                .setIncarnationId(Uuid.randomUuid())
                .setEndPoints(new BrokerEndpointCollection(List.of(endpoint).iterator()))
                .setFenced(false));
        delta.replay(new TopicRecord().setName("posts").setTopicId(topic));
        delta.replay(new PartitionRecord()
                .setTopicId(topic)
                .setPartitionId(0)
                .setReplicas(List.of(BROKER))
                .setIsr(List.of(BROKER))
                .setLeader(leader));
        var cache = new KRaftMetadataCache(BROKER, () -> KRaftVersion.LATEST_PRODUCTION);
        cache.setImage(delta.apply(MetadataProvenance.EMPTY));
        return cache;
    }
}
