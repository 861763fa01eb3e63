package io.broadside.retry.account;

import io.broadside.events.PostResult;
import io.broadside.retry.account.AccountReport.Lateness;
import io.broadside.retry.account.AccountReport.Open;
import io.broadside.retry.account.AccountReport.PlatformReport;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.kafka.TopicReader;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Draws up the account of a cluster from its topics alone, from the oldest record that is kept to the newest that is committed.
 * Needs no service to run. One instance may draw up any number, one after another.
 *
 * <p>Three sources say the same thing in different ways, and that is what is compared: requests say what was asked, results what
 * became of it, and {@link Whereabouts} where what has not ended is.
 *
 * <p>It keeps every target in memory, some 200 bytes each: for a running system's own account of everything see the metrics of
 * retry-service.
 */
public final class Account implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_LOOKS = 4;
    private static final int MOST_SHOWN = 20;

    private final KafkaClients clients;
    private final Clock clock;
    private final Duration overdueAfter;
    private final TopicReader reader;
    private final Whereabouts whereabouts;

    private Account(KafkaClients clients, Clock clock, Duration overdueAfter) {
        this.clients = clients;
        this.clock = clock;
        this.overdueAfter = overdueAfter;
        this.reader = new TopicReader(clients, "account", PATIENCE);
        this.whereabouts = new Whereabouts(clients);
    }

    /**
     * The account of a cluster that needs no further settings to be reached: for tests and tools.
     *
     * @param registry base URL of the schema registry
     */
    public static Account of(String bootstrapServers, String registry, Clock clock) {
        var settings =
                Settings.from(Map.of("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers, "SCHEMA_REGISTRY_URL", registry));
        return of(KafkaConfig.from(settings), clock, Duration.ofMinutes(2));
    }

    /**
     * The account of this cluster.
     *
     * @param overdueAfter how long after its due time a target counts as overdue
     */
    public static Account of(KafkaConfig kafka, Clock clock, Duration overdueAfter) {
        return new Account(new KafkaClients(kafka, "account"), clock, overdueAfter);
    }

    /** Reads everything and adds it up. While everything moves, what seems to be nowhere is looked for again. */
    public AccountReport draw() {
        var drawn = read();
        for (var look = 1; look < MOST_LOOKS && !drawn.lost().isEmpty(); look++) {
            drawn = read().confirming(drawn);
        }
        return report(drawn);
    }

    /**
     * What was read.
     *
     * @param lost commands of open targets that are nowhere, and when their target was heard of last
     */
    private record Drawn(InMemory pages, long missing, Latenesses lateness, Map<String, Long> lost) {

        /** What was nowhere before too, and was not heard of since. */
        Drawn confirming(Drawn before) {
            var confirmed = new HashMap<>(lost);
            confirmed.entrySet().retainAll(before.lost.entrySet());
            return new Drawn(pages, missing, lateness, confirmed);
        }
    }

    private Drawn read() {
        var pages = new InMemory();
        var book = new Book(pages);
        var lateness = new Latenesses();
        var seen = new HashMap<String, Set<Integer>>();
        var refused = new HashSet<String>();
        // Requests before results: what is answered when those are read was asked before.
        var asked = requests();
        each(Topics.RESULTS, (_, result) -> {
            var indexes = seen.computeIfAbsent(result.getRequestId(), _ -> new HashSet<>());
            if (result.getTargetIndex() >= 0) {
                indexes.add(result.getTargetIndex());
            } else {
                refused.add(result.getRequestId());
            }
            lateness.enter(result);
            book.enter(result);
        });
        var missing = asked.entrySet().stream()
                .filter(entry -> !refused.contains(entry.getKey()))
                .mapToLong(entry -> Math.max(
                        0,
                        entry.getValue().targets()
                                - seen.getOrDefault(entry.getKey(), Set.of()).size()))
                .sum();
        return new Drawn(pages, missing, lateness, lost(pages));
    }

    private Map<String, Long> lost(InMemory pages) {
        var open = new HashMap<String, Long>();
        pages.open().forEach(target -> open.put(target.commandId(), target.at()));
        open.keySet().retainAll(whereabouts.missing(open.keySet(), pages.platforms()));
        return open;
    }

    private record Asked(int targets) {}

    /** Requests where they are taken in. Those that are not valid as a whole are answered as a whole. */
    private Map<String, Asked> requests() {
        var asked = new HashMap<String, Asked>();
        var partitions = reader.partitions(Topics.REQUESTS.name());
        each(Topics.REQUESTS, (record, request) -> {
            if (Home.isAt(request.getRequestId(), record.key(), record.partition(), partitions)) {
                asked.putIfAbsent(
                        request.getRequestId(), new Asked(request.getTargets().size()));
            }
        });
        return asked;
    }

    private AccountReport report(Drawn drawn) {
        var pages = drawn.pages();
        var now = clock.instant();
        var platforms = new TreeMap<String, PlatformReport>();
        for (var platform : pages.platforms()) {
            var open = pages.open()
                    .filter(target -> target.platform().equals(platform))
                    .toList();
            var tally = pages.tally(platform);
            var whereKnown = open.stream()
                    .filter(target -> !drawn.lost().containsKey(target.commandId()))
                    .count();
            var oldest = open.stream().mapToLong(Target::anchor).min();
            platforms.put(
                    platform,
                    new PlatformReport(
                            tally.accepted(),
                            tally.published(),
                            tally.failed(),
                            tally.cancelled(),
                            tally.unconfirmed(),
                            whereKnown,
                            tally.secondEnds(),
                            oldest.isPresent() ? age(oldest.getAsLong(), now) : Duration.ZERO));
        }
        var overdue = pages.openByKey()
                .filter(entry ->
                        entry.getValue().due() < now.minus(overdueAfter).toEpochMilli())
                .sorted(Comparator.comparingLong(entry -> entry.getValue().due()))
                .map(entry -> open(entry.getKey(), entry.getValue()))
                .toList();
        return new AccountReport(
                now,
                platforms,
                drawn.missing(),
                overdue.size(),
                overdue.stream().limit(MOST_SHOWN).toList(),
                drawn.lateness().report());
    }

    private static Duration age(long since, Instant now) {
        return Duration.ofMillis(Math.max(0, now.toEpochMilli() - since));
    }

    private static Open open(String key, Target target) {
        var parts = key.split("\0", -1);
        return new Open(
                parts[0],
                Integer.parseInt(parts[1]),
                target.platform(),
                target.status(),
                target.waitingFor(),
                Instant.ofEpochMilli(target.due()));
    }

    private interface Reading<V> {
        void read(ConsumerRecord<byte[], byte[]> record, V value);
    }

    private <V extends SpecificRecord> void each(Topic<V> topic, Reading<V> reading) {
        reader.all(topic.name(), record -> {
            if (record.value() != null) {
                read(topic, record, reading);
            }
        });
    }

    private <V extends SpecificRecord> void read(
            Topic<V> topic, ConsumerRecord<byte[], byte[]> record, Reading<V> reading) {
        V value;
        try {
            value = clients.serdes().read(topic, record.value());
        } catch (SerializationException _) {
            // A dead letter by now, and no part of the account.
            return;
        }
        reading.read(record, value);
    }

    @Override
    public void close() {
        clients.close();
    }

    /** The account in memory. */
    private static final class InMemory implements Book.Pages {
        private final Map<String, Target> targets = new HashMap<>();
        private final Map<String, Tally> tallies = new TreeMap<>();

        Set<String> platforms() {
            return tallies.keySet();
        }

        Stream<Target> open() {
            return targets.values().stream().filter(target -> !target.isFinal());
        }

        Stream<Map.Entry<String, Target>> openByKey() {
            return targets.entrySet().stream().filter(entry -> !entry.getValue().isFinal());
        }

        @Override
        public Optional<Target> target(String key) {
            return Optional.ofNullable(targets.get(key));
        }

        @Override
        public void put(String key, Optional<Target> before, Target after) {
            targets.put(key, after);
        }

        @Override
        public Tally tally(String platform) {
            return tallies.getOrDefault(platform, Tally.NONE);
        }

        @Override
        public void tally(String platform, Tally tally) {
            tallies.put(platform, tally);
        }
    }

    /** How long after its due time something was next heard of what waited. */
    private static final class Latenesses {
        private static final long[] BOUNDS = {50, 100, 250, 500, 1000, 5000, 30_000, 300_000, Long.MAX_VALUE};

        private final Map<String, Long> due = new HashMap<>();
        private final long[] counts = new long[BOUNDS.length];

        void enter(PostResult result) {
            if (result.getIsRepeat() || result.getTargetIndex() < 0) {
                return;
            }
            var key = Book.key(result.getRequestId(), result.getTargetIndex());
            var since = due.remove(key);
            if (since != null && result.getAt().toEpochMilli() >= since) {
                enter(result.getAt().toEpochMilli() - since);
            }
            // Of what is asked for again and again only the first time is told.
            if (!result.getIsFinal() && !Target.isProcessed(result)) {
                result.getWaitingUntil().ifPresent(until -> due.put(key, until.toEpochMilli()));
            }
        }

        private void enter(long late) {
            for (var i = 0; i < BOUNDS.length; i++) {
                if (late <= BOUNDS[i]) {
                    counts[i]++;
                    return;
                }
            }
        }

        List<Lateness> report() {
            var report = new ArrayList<Lateness>();
            for (var i = 0; i < BOUNDS.length; i++) {
                report.add(new Lateness(Duration.ofMillis(BOUNDS[i]), counts[i]));
            }
            return report;
        }
    }
}
