package io.broadside.retry.letters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Attempt;
import io.broadside.events.DelayCause;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicReader;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on dead letters straight from their topic. For any thread.
 *
 * <ol>
 *   <li>What is redriven goes to retry-service with a due time of its own, so that it leaves at the rate that was asked for, also
 *       if everything restarts meanwhile.
 *   <li>From there it goes the way of every command: through the ledger, and with its doubt if it has one. A letter that was
 *       redriven before is left out here, and once more there, where it is remembered for 40 days.
 *   <li>Nothing hangs: what cannot be read in time ends in a {@link TimeoutException}.
 * </ol>
 */
public final class DeadLetterDesk implements AutoCloseable {

    /** The lowest rate at which letters are redriven: one in a quarter of an hour or so. */
    public static final double LEAST_PER_SECOND = 0.001;

    /** The highest rate at which letters are redriven. */
    public static final double MOST_PER_SECOND = 10_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetterDesk.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Clocks differ: a redrive may bear an earlier time than its letter. */
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);

    private static final int MOST_IN_FLIGHT = 500;

    private final KafkaClients clients;
    private final Clock clock;
    private final TopicReader reader;

    public DeadLetterDesk(KafkaClients clients, Clock clock) {
        this.clients = clients;
        this.clock = clock;
        this.reader = new TopicReader(clients, "dead-letters", PATIENCE);
    }

    /**
     * What was redriven.
     *
     * @param sent letters that go to retry-service; with a trial, that would
     * @param alreadyRedriven letters that were redriven before: they do not count against the limit
     * @param left letters beyond the limit: asked for again, they are the next
     * @param notRedrivable letters without a command
     * @param pastDeadline letters among those sent that end again at once, as their deadline has passed
     * @param lastDue when the last of them is due
     */
    public record Redriven(
            long sent, long alreadyRedriven, long left, long notRedrivable, long pastDeadline, Instant lastDue) {}

    /** The newest letters of a selection, newest first. */
    public List<Filed> list(Selection selection, int limit) {
        var byAge = Comparator.comparing((Filed filed) -> filed.letter().getAt());
        var newest = new PriorityQueue<>(byAge);
        read(selection, filed -> {
            newest.add(filed);
            if (newest.size() > limit) {
                newest.remove();
            }
        });
        return newest.stream().sorted(byAge.reversed()).toList();
    }

    /** The letters of a selection by cause, the most frequent first. */
    public List<Group> groups(Selection selection) {
        var groups = new HashMap<List<String>, Group>();
        read(selection, filed -> {
            var letter = filed.letter();
            var key = List.of(
                    letter.getCode(), filed.platform(), letter.getSource().getTopic());
            groups.merge(key, alone(filed), DeadLetterDesk::together);
        });
        return groups.values().stream()
                .sorted(Comparator.comparingLong(Group::count).reversed())
                .toList();
    }

    private static Group alone(Filed filed) {
        var letter = filed.letter();
        var history = letter.getCommand().map(PublishCommand::getHistory).orElse(List.of());
        return new Group(
                letter.getCode(),
                filed.platform(),
                letter.getSource().getTopic(),
                history.isEmpty()
                        ? ""
                        : Optional.of(history.getLast())
                                .flatMap(Attempt::getErrorCode)
                                .orElse(""),
                1,
                filed.isRedrivable() ? 1 : 0,
                letter.getAt(),
                letter.getAt(),
                filed.id());
    }

    private static Group together(Group one, Group other) {
        var newer = one.last().isAfter(other.last()) ? one : other;
        return new Group(
                one.code(),
                one.platform(),
                one.topic(),
                newer.lastError(),
                one.count() + other.count(),
                one.redrivable() + other.redrivable(),
                one.first().isBefore(other.first()) ? one.first() : other.first(),
                newer.last(),
                newer.newest());
    }

    /** The letter of this id; empty if there is none, or none any more. */
    public Optional<Filed> one(String id) {
        var position = Filed.position(id);
        if (position.isEmpty()) {
            return Optional.empty();
        }
        var partition =
                new TopicPartition(Topics.DEAD_LETTERS.name(), position.get().partition());
        try (var consumer = clients.tableConsumer("dead-letter")) {
            if (consumer.partitionsFor(partition.topic()).stream()
                    .noneMatch(info -> info.partition() == partition.partition())) {
                return Optional.empty();
            }
            consumer.assign(List.of(partition));
            var offset = position.get().offset();
            var end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            var begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            if (offset < begin || offset >= end) {
                return Optional.empty();
            }
            consumer.seek(partition, offset);
            var begun = System.nanoTime();
            while (consumer.position(partition) <= offset) {
                if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                    throw new TimeoutException("The letter " + id + " could not be read in time");
                }
                for (var record : consumer.poll(POLL)) {
                    return record.offset() == offset
                            ? Optional.of(new Filed(
                                    record.partition(),
                                    record.offset(),
                                    clients.serdes().read(Topics.DEAD_LETTERS, record.value())))
                            : Optional.empty();
                }
            }
            return Optional.empty();
        }
    }

    /** One sentence: what taking a letter up again would do, or why it cannot be done. */
    public String outlook(Filed filed) {
        return filed.outlook(clock.instant(), isWithdrawn(filed));
    }

    /** Withdrawals are kept on their topic for a day less than retry-service remembers them. */
    private boolean isWithdrawn(Filed filed) {
        var commandId = filed.letter().getCommand().map(PublishCommand::getCommandId);
        if (commandId.isEmpty()) {
            return false;
        }
        var isWithdrawn = new AtomicBoolean();
        reader.all(Topics.WITHDRAWALS.name(), record -> {
            try {
                var withdrawal = clients.serdes().read(Topics.WITHDRAWALS, record.value());
                if (withdrawal.getCommandId().equals(commandId.get())) {
                    isWithdrawn.set(true);
                }
            } catch (SerializationException _) {
                // A dead letter of its own.
            }
        });
        return isWithdrawn.get();
    }

    /**
     * Takes letters up again. Asked for again and again with a limit, it gets to the end of them.
     *
     * @param perSecond how many of them leave per second, up to {@link #MOST_PER_SECOND}
     * @param limit how many at most
     * @param isTrial whether they are only counted
     * @throws KafkaException if one of them could not be written; those before it are redriven
     */
    public Redriven redrive(Selection selection, double perSecond, long limit, boolean isTrial) {
        if (!(perSecond >= LEAST_PER_SECOND) || perSecond > MOST_PER_SECOND) {
            throw new IllegalArgumentException(
                    "The rate: from " + LEAST_PER_SECOND + " to " + MOST_PER_SECOND + " needed");
        }
        var redrivenBefore = redrivenBefore(selection);
        var start = clock.instant();
        var counting = new Counting(start);
        try (var producer = clients.producer("redrive")) {
            var inFlight = new ArrayDeque<Future<RecordMetadata>>();
            read(selection, filed -> {
                if (!filed.isRedrivable()) {
                    counting.notRedrivable++;
                    return;
                }
                var command = filed.letter().getCommand().orElseThrow();
                if (redrivenBefore.getOrDefault(command.getCommandId(), 0) > command.getRedrives()) {
                    counting.alreadyRedriven++;
                    return;
                }
                if (counting.sent >= limit) {
                    counting.left++;
                    return;
                }
                counting.last = start.plusMillis((long) (counting.sent * 1000 / perSecond));
                counting.sent++;
                counting.pastDeadline += filed.isPastDeadline(start) ? 1 : 0;
                if (!isTrial) {
                    inFlight.addLast(send(producer, filed, counting.last, start));
                    if (inFlight.size() > MOST_IN_FLIGHT) {
                        await(inFlight.removeFirst());
                    }
                }
            });
            inFlight.forEach(DeadLetterDesk::await);
        }
        LOGGER.atInfo()
                .addKeyValue("sent", counting.sent)
                .addKeyValue("alreadyRedriven", counting.alreadyRedriven)
                .addKeyValue("left", counting.left)
                .addKeyValue("notRedrivable", counting.notRedrivable)
                .addKeyValue("pastDeadline", counting.pastDeadline)
                .addKeyValue("perSecond", perSecond)
                .addKeyValue("isTrial", isTrial)
                .log("dead letters redriven");
        return new Redriven(
                counting.sent,
                counting.alreadyRedriven,
                counting.left,
                counting.notRedrivable,
                counting.pastDeadline,
                counting.last);
    }

    /** How often each command was redriven, by what went to retry-service: redrives come after their letters. */
    private Map<String, Integer> redrivenBefore(Selection selection) {
        var redriven = new HashMap<String, Integer>();
        Consumer<ConsumerRecord<byte[], byte[]>> hearing = record -> {
            try {
                var delayed = clients.serdes().read(Topics.WAITING, record.value());
                if (delayed.getCause() == DelayCause.REDRIVEN) {
                    var command = delayed.getCommand();
                    redriven.merge(command.getCommandId(), command.getRedrives(), Math::max);
                }
            } catch (SerializationException _) {
                // It is a dead letter by now, and was no redrive.
            }
        };
        selection
                .since()
                .ifPresentOrElse(
                        time -> reader.since(Topics.WAITING.name(), time.minus(CLOCK_SKEW), hearing),
                        () -> reader.all(Topics.WAITING.name(), hearing));
        return redriven;
    }

    private static final class Counting {
        private long sent;
        private long alreadyRedriven;
        private long left;
        private long notRedrivable;
        private long pastDeadline;
        private Instant last;

        private Counting(Instant start) {
            this.last = start;
        }
    }

    private Future<RecordMetadata> send(Producer<byte[], byte[]> producer, Filed filed, Instant due, Instant now) {
        var delayed = Redrives.of(filed.letter().getCommand().orElseThrow(), due, now);
        var headers = new RecordHeaders();
        Trace.root().writeTo(headers);
        return producer.send(new ProducerRecord<>(
                Topics.WAITING.name(),
                null,
                delayed.getCommand().getConnectionId().getBytes(UTF_8),
                clients.serdes().write(Topics.WAITING, delayed),
                headers));
    }

    private static void await(Future<RecordMetadata> written) {
        try {
            written.get();
        } catch (ExecutionException e) {
            throw new KafkaException("A dead letter could not be redriven: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    /** Reads from the oldest that is kept to what is there now. */
    private void read(Selection selection, Consumer<Filed> hearing) {
        reader.all(
                Topics.DEAD_LETTERS.name(),
                record -> filed(record.partition(), record.offset(), record.value())
                        .filter(selection::has)
                        .ifPresent(hearing));
    }

    private Optional<Filed> filed(int partition, long offset, byte[] value) {
        try {
            return Optional.of(new Filed(partition, offset, clients.serdes().read(Topics.DEAD_LETTERS, value)));
        } catch (SerializationException e) {
            LOGGER.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("offset", offset)
                    .addKeyValue("cause", e.getMessage())
                    .log("record among the dead letters that is none");
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        // Clients live no longer than a call.
    }
}
