package io.broadside.publisher;

import io.broadside.runtime.kafka.PromptCommit;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Requests, cancellations and changes in; commands, results, withdrawals and amendments out. Results come back in, to be
 * remembered for a request that is sent again, and to answer changes that came too late.
 *
 * <p>Values pass through as bytes: a record that cannot be read is an ordinary case here, not the end of a thread.
 */
final class FanOutTopology {

    static final String FAN_OUT = "fan-out";
    static final String RESULTS_SINK = "results-sink";
    static final String WAITING_SINK = "waiting-sink";
    static final String WITHDRAWALS_SINK = "withdrawals-sink";
    static final String DEAD_LETTERS_SINK = "dead-letters-sink";
    static final String REQUESTS_SINK = "requests-under-their-own-key-sink";
    static final String CANCELLATIONS_SINK = "cancellations-under-their-own-key-sink";

    static final String AMENDMENTS_SINK = "amendments-sink";
    static final String CHANGES_SINK = "changes-under-their-own-key-sink";

    private static final String CHANGE = "change";
    private static final String REMEMBER = "remember-results";
    private static final String CANCEL = "cancel";

    private FanOutTopology() {}

    static String commandsSink(String platform) {
        return "commands-" + platform + "-sink";
    }

    /** @param kept for how long after the last word on it a request is remembered */
    static Topology build(
            FanOut fanOut, EventSerdes serdes, List<String> platforms, HomePartition home, Duration kept) {
        var topology = new Topology();
        source(topology, "requests-source", Topics.REQUESTS);
        source(topology, "cancellations-source", Topics.CANCELLATIONS);
        source(topology, "results-source", Topics.RESULTS);
        source(topology, "changes-source", Topics.CHANGES);

        var commits = new PromptCommit(System::nanoTime);
        topology.addProcessor(
                FAN_OUT, () -> new FanOutProcessor(fanOut, serdes, home, commits, kept), "requests-source");
        topology.addProcessor(CANCEL, () -> new CancelProcessor(serdes, home), "cancellations-source");
        topology.addProcessor(CHANGE, () -> new ChangeProcessor(fanOut, serdes, home), "changes-source");
        topology.addProcessor(REMEMBER, () -> new RememberResultsProcessor(serdes), "results-source");

        topology.addStateStore(
                store(Stores.persistentKeyValueStore(RequestStores.REQUESTS)), FAN_OUT, CANCEL, CHANGE, REMEMBER);
        topology.addStateStore(store(Stores.persistentKeyValueStore(RequestStores.RESULTS)), FAN_OUT, REMEMBER, CHANGE);
        topology.addStateStore(store(Stores.inMemoryKeyValueStore(RequestStores.HELD)), FAN_OUT);

        topology.addStateStore(store(Stores.persistentKeyValueStore(RequestStores.CANCELLED)), FAN_OUT, CANCEL);
        topology.addStateStore(store(Stores.persistentKeyValueStore(RequestStores.CHANGES)), CHANGE, REMEMBER);

        sink(topology, REQUESTS_SINK, Topics.REQUESTS, FAN_OUT);
        sink(topology, CANCELLATIONS_SINK, Topics.CANCELLATIONS, CANCEL);
        sink(topology, CHANGES_SINK, Topics.CHANGES, CHANGE);
        sink(topology, AMENDMENTS_SINK, Topics.AMENDMENTS, CHANGE);
        sink(topology, RESULTS_SINK, Topics.RESULTS, FAN_OUT, CHANGE, REMEMBER);
        sink(topology, WAITING_SINK, Topics.WAITING, FAN_OUT);
        sink(topology, WITHDRAWALS_SINK, Topics.WITHDRAWALS, CANCEL);
        sink(topology, DEAD_LETTERS_SINK, Topics.DEAD_LETTERS, FAN_OUT, CANCEL, CHANGE);
        platforms.forEach(platform -> sink(topology, commandsSink(platform), Topics.commands(platform), FAN_OUT));
        return topology;
    }

    private static void source(Topology topology, String name, Topic<?> topic) {
        topology.addSource(name, new StringDeserializer(), new ByteArrayDeserializer(), topic.name());
    }

    private static void sink(Topology topology, String name, Topic<?> topic, String... parents) {
        topology.addSink(name, topic.name(), new StringSerializer(), new ByteArraySerializer(), parents);
    }

    private static StoreBuilder<KeyValueStore<String, byte[]>> store(KeyValueBytesStoreSupplier supplier) {
        return Stores.keyValueStoreBuilder(supplier, Serdes.String(), Serdes.ByteArray());
    }
}
