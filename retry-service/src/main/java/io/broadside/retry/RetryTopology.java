package io.broadside.retry;

import io.broadside.events.DelayedCommand;
import io.broadside.retry.account.AccountParts;
import io.broadside.retry.account.AccountTopology;
import io.broadside.runtime.store.CommittedStores;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;

/**
 * Delayed commands, withdrawals, changes, tokens, confirmations -> read -> hold until due -> the platform's commands, results,
 * dead letters. Beside it, requests and results -> the account, see {@link AccountTopology}.
 *
 * <p>One processor holds, because all that concerns a connection must meet in one place: the topics are keyed by
 * connection and partitioned alike. Written with the processor API: what leaves it goes to topics of several types.
 */
final class RetryTopology {

    /** Topics that bring commands to wait. */
    static final List<Topic<DelayedCommand>> DELAYING =
            List.of(Topics.BACKOFF_429, Topics.BACKOFF_5XX, Topics.BACKOFF_UNCONFIRMED, Topics.WAITING);

    static final String HOLD = "hold-until-due";
    static final String RESULTS = "results-sink";
    static final String DEAD_LETTERS = "dead-letters-sink";
    static final String WAITING_POSTS = "waiting-posts-sink";
    static final String REKEYED = "rekeyed-sink";

    private static final String SOURCE = "arrivals-source";
    private static final String READ = "read";

    /**
     * What the topology works with.
     *
     * @param tick how often the timer looks for what is due
     * @param batch how many commands one partition sends back per tick at most
     */
    record Parts(
            EventSerdes serdes,
            List<String> platforms,
            Judge judge,
            Flows flows,
            CommittedStores stores,
            AccountParts account,
            Duration tick,
            int batch,
            RetryMetrics metrics,
            Ticks ticks) {

        Parts {
            platforms = List.copyOf(platforms);
        }
    }

    private RetryTopology() {}

    /** Starts nothing. */
    static Topology build(Parts parts) {
        var topology = new Topology()
                .addSource(
                        SOURCE,
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        sources().map(Topic::name).toArray(String[]::new))
                .addProcessor(READ, () -> new ReadArrivals(parts.serdes(), parts.metrics()), SOURCE)
                .addProcessor(HOLD, () -> new HoldUntilDue(parts), READ)
                .addStateStore(parts.stores().builder(WaitingRoom.STORE), HOLD);
        AccountTopology.add(topology, parts.serdes(), parts.stores(), parts.account(), parts.flows()::completed);

        parts.platforms()
                .forEach(platform -> addSink(topology, commandsOf(platform), Topics.commands(platform), parts, HOLD));
        addSink(topology, RESULTS, Topics.RESULTS, parts, HOLD);
        addSink(topology, WAITING_POSTS, Topics.WAITING_POSTS, parts, HOLD);
        addSink(topology, DEAD_LETTERS, Topics.DEAD_LETTERS, parts, READ, HOLD);
        return topology.addSink(REKEYED, new BackToItsTopic(), new StringSerializer(), new ByteArraySerializer(), READ);
    }

    /** All topics it reads and writes. */
    static List<Topic<?>> topics(List<String> platforms) {
        return Stream.of(sources(), AccountTopology.sources(), sinks(platforms).stream())
                .flatMap(Function.identity())
                .distinct()
                .toList();
    }

    /** The topics it writes. */
    static List<Topic<?>> sinks(List<String> platforms) {
        Stream<Topic<?>> commands = platforms.stream().map(Topics::commands);
        return Stream.concat(Stream.of(Topics.RESULTS, Topics.DEAD_LETTERS, Topics.WAITING_POSTS), commands)
                .toList();
    }

    /** The sink of a platform's commands. */
    static String commandsOf(String platform) {
        return "commands-" + platform + "-sink";
    }

    private static Stream<Topic<?>> sources() {
        return Stream.concat(
                DELAYING.stream(),
                Stream.of(
                        Topics.WITHDRAWALS,
                        Topics.AMENDMENTS,
                        Topics.ENDED,
                        Topics.CONNECTIONS,
                        Topics.FRESH_TOKENS,
                        Topics.CONFIRMATIONS));
    }

    private static void addSink(Topology topology, String name, Topic<?> topic, Parts parts, String... parents) {
        topology.addSink(
                name,
                topic.name(),
                new StringSerializer(),
                parts.serdes().of(topic).serializer(),
                parents);
    }
}
