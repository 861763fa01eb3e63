package io.broadside.retry.account;

import io.broadside.runtime.store.CommittedStores;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.Topology;

/** Requests and results -> the account of their partition. Writes to no topic. */
public final class AccountTopology {

    static final String STORE = "account";

    private static final String ACCOUNT = "account";
    private static final String SOURCE = "account-source";

    /** Hears of every post that came to an end at its platform. */
    @FunctionalInterface
    public interface Completions {
        void completed(String platform, Instant at);
    }

    private AccountTopology() {}

    /** Adds it to a topology. */
    public static void add(
            Topology topology,
            EventSerdes serdes,
            CommittedStores stores,
            AccountParts parts,
            Completions completions) {
        topology.addSource(
                        SOURCE,
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        sources().map(Topic::name).toArray(String[]::new))
                .addProcessor(ACCOUNT, () -> new AccountProcessor(parts, serdes, completions), SOURCE)
                .addStateStore(stores.builder(STORE), ACCOUNT);
    }

    /** The topics it reads. */
    public static Stream<Topic<?>> sources() {
        return Stream.of(Topics.REQUESTS, Topics.RESULTS);
    }
}
