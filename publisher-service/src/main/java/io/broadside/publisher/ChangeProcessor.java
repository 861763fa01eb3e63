package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Amendment;
import io.broadside.events.ChangeRequest;
import io.broadside.events.DeadLetter;
import io.broadside.events.Fault;
import io.broadside.events.PostResult;
import io.broadside.events.RecordPosition;
import io.broadside.publisher.RequestState.CommandRef;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Turns the change of a request into an amendment of each of its commands, where those wait.
 *
 * <ol>
 *   <li>Every change is answered once for every target: here, if it cannot be made; by retry-service, if it was made or the
 *       publication had begun; by the final result of the target, if the command was elsewhere all the time.
 *   <li>A change that comes before its request waits a minute for it.
 *   <li>One larger than a request may be is refused: what it makes of a command must fit a record.
 * </ol>
 */
final class ChangeProcessor implements Processor<String, byte[], String, byte[]> {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    /** As long as retry-service remembers a change for a command that is elsewhere. */
    private static final Duration KEPT = Duration.ofDays(2);

    private static final Duration PURGE = Duration.ofMinutes(10);
    private static final String NO_COMMAND = "";

    private final FanOut fanOut;
    private final EventSerdes serdes;
    private final HomePartition home;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> requests;
    private KeyValueStore<String, byte[]> results;
    private KeyValueStore<String, byte[]> changes;
    private int early;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    ChangeProcessor(FanOut fanOut, EventSerdes serdes, HomePartition home) {
        this.fanOut = fanOut;
        this.serdes = serdes;
        this.home = home;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        requests = context.getStateStore(RequestStores.REQUESTS);
        results = context.getStateStore(RequestStores.RESULTS);
        changes = context.getStateStore(RequestStores.CHANGES);
        // Whether some came before their requests is not known after a restart: the first look tells.
        early = 1;
        context.schedule(LOOK_AGAIN, PunctuationType.WALL_CLOCK_TIME, _ -> tryEarlyAgain());
        context.schedule(PURGE, PunctuationType.WALL_CLOCK_TIME, _ -> giveUpOld());
    }

    /** The changes of a command that are not answered yet. */
    static List<KeyValue<String, byte[]>> openChanges(
            KeyValueStore<String, byte[]> changes, String requestId, String commandId) {
        var found = new ArrayList<KeyValue<String, byte[]>>();
        try (var entries = changes.prefixScan(
                RequestStores.changesOf(requestId, commandId), Serdes.String().serializer())) {
            entries.forEachRemaining(found::add);
        }
        return found;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        ChangeRequest change;
        try {
            change = serdes.read(Topics.CHANGES, record.value());
        } catch (SerializationException e) {
            forward(
                    FanOutTopology.DEAD_LETTERS_SINK,
                    Topics.DEAD_LETTERS,
                    record.key() == null ? "" : record.key(),
                    unreadable(record, e),
                    record.headers());
            return;
        }
        var id = change.getRequestId();
        var partition = context.recordMetadata().map(RecordMetadata::partition).orElse(0);
        if (record.value().length > RequestRules.MOST_BYTES) {
            var faults = RequestRules.tooLarge(record.value().length);
            send(
                    Results.unchanged(change, change.getConnectionId(), ErrorCode.INVALID_REQUEST, faults, now()),
                    record.headers());
        } else if (!RequestRules.isValidId(id) || !RequestRules.isValidId(change.getChangeId())) {
            send(
                    Results.unchanged(change, change.getConnectionId(), ErrorCode.INVALID_REQUEST, ids(), now()),
                    record.headers());
        } else if (!id.equals(record.key()) || !home.isAt(id, partition)) {
            context.forward(
                    new Record<>(id, record.value(), now().toEpochMilli(), record.headers()),
                    FanOutTopology.CHANGES_SINK);
        } else if (requests.get(id) == null) {
            changes.put(RequestStores.changeKey(id, NO_COMMAND, change.getChangeId()), received(change));
            early++;
        } else {
            change(change, record.headers());
        }
    }

    private void change(ChangeRequest change, Headers headers) {
        var commands = RequestState.decoded(requests.get(change.getRequestId())).commands().stream()
                .filter(command -> change.getConnectionId()
                        .map(command.connectionId()::equals)
                        .orElse(true))
                .toList();
        if (commands.isEmpty()) {
            send(
                    Results.unchanged(change, change.getConnectionId(), ErrorCode.UNKNOWN_CONNECTION, List.of(), now()),
                    headers);
        }
        commands.forEach(command -> change(change, command, headers));
    }

    private void change(ChangeRequest change, CommandRef command, Headers headers) {
        var stands = lastResult(change.getRequestId(), command.commandId());
        List<Fault> faults;
        try {
            faults = faults(change, command);
        } catch (RuntimeException | StackOverflowError e) {
            // A bug of the rules: read again, the change would stop its partition for good.
            refuse(change, command, stands, ErrorCode.INTERNAL, List.of(), headers);
            forward(
                    FanOutTopology.DEAD_LETTERS_SINK,
                    Topics.DEAD_LETTERS,
                    change.getRequestId(),
                    DeadLetters.broken(
                            position(),
                            change.getRequestId().getBytes(UTF_8),
                            serdes.write(Topics.CHANGES, change),
                            e,
                            now()),
                    headers);
            return;
        }
        if (stands.filter(PostResult::getIsFinal).isPresent()) {
            refuse(change, command, stands, ErrorCode.TOO_LATE_TO_CHANGE, List.of(), headers);
        } else if (!faults.isEmpty()) {
            refuse(change, command, stands, ErrorCode.INVALID_REQUEST, faults, headers);
        } else {
            var key = RequestStores.changeKey(change.getRequestId(), command.commandId(), change.getChangeId());
            changes.put(key, received(change));
            forward(
                    FanOutTopology.AMENDMENTS_SINK,
                    Topics.AMENDMENTS,
                    command.connectionId(),
                    amendment(change, command),
                    headers);
        }
    }

    private void refuse(
            ChangeRequest change,
            CommandRef command,
            Optional<PostResult> stands,
            ErrorCode code,
            List<Fault> faults,
            Headers headers) {
        send(
                stands.map(result -> Results.unchanged(result, change.getChangeId(), code, faults, now()))
                        .orElseGet(() ->
                                Results.unchanged(change, Optional.of(command.connectionId()), code, faults, now())),
                headers);
    }

    private Optional<PostResult> lastResult(String requestId, String commandId) {
        try (var found =
                results.range(RequestStores.firstResultKey(requestId), RequestStores.lastResultKey(requestId))) {
            while (found.hasNext()) {
                var result = serdes.read(Topics.RESULTS, found.next().value);
                if (result.getCommandId().filter(commandId::equals).isPresent()) {
                    return Optional.of(result);
                }
            }
        }
        return Optional.empty();
    }

    private List<Fault> faults(ChangeRequest change, CommandRef command) {
        var faults = new ArrayList<Fault>();
        if (change.getContent().isEmpty()
                && change.getPublishAt().isEmpty()
                && change.getDeadline().isEmpty()
                && !change.getIsRelease()) {
            faults.add(RequestRules.fault(
                    "",
                    "nothing",
                    null,
                    null,
                    "Give the content, publishAt or deadline that is to be, or isRelease; the change has none"
                            + " of them."));
        }
        if (change.getIsRelease() && change.getPublishAt().isPresent()) {
            faults.add(RequestRules.fault(
                    "publishAt", "release", null, null, "Leave publishAt out, or do not release the post at once."));
        }
        faults.addAll(RequestRules.timeFaults(change.getPublishAt(), change.getDeadline(), now()));
        change.getContent().ifPresent(content -> faults.addAll(fanOut.faults(command.connectionId(), content)));
        return faults;
    }

    private static List<Fault> ids() {
        return List.of(RequestRules.fault(
                "changeId",
                "visibleAscii",
                "1..128",
                null,
                "Give changeId and requestId, each 1 to 128 visible ASCII characters."));
    }

    private static Amendment amendment(ChangeRequest change, CommandRef command) {
        return Amendment.newBuilder()
                .setChangeId(change.getChangeId())
                .setCommandId(command.commandId())
                .setRequestId(change.getRequestId())
                .setConnectionId(command.connectionId())
                .setContent(change.getContent().orElse(null))
                .setPublishAt(change.getPublishAt().orElse(null))
                .setDeadline(change.getDeadline().orElse(null))
                .setIsRelease(change.getIsRelease())
                .setRequestedBy(change.getRequestedBy().orElse(null))
                .setRequestedAt(change.getRequestedAt())
                .build();
    }

    /** Requests arrive on another topic, and one that was sent before its change may be a moment behind it. */
    private void tryEarlyAgain() {
        if (early == 0) {
            return;
        }
        early = 0;
        for (var open : all()) {
            var change = serdes.read(Topics.CHANGES, open.value);
            if (!open.key.equals(RequestStores.changeKey(change.getRequestId(), NO_COMMAND, change.getChangeId()))) {
                continue;
            }
            if (requests.get(change.getRequestId()) != null) {
                changes.delete(open.key);
                change(change, new RecordHeaders());
            } else if (change.getRequestedAt().plus(PATIENCE).isBefore(now())) {
                changes.delete(open.key);
                send(
                        Results.unchanged(
                                change, change.getConnectionId(), ErrorCode.UNKNOWN_REQUEST, List.of(), now()),
                        new RecordHeaders());
            } else {
                early++;
            }
        }
    }

    private void giveUpOld() {
        for (var open : all()) {
            var change = serdes.read(Topics.CHANGES, open.value);
            if (change.getRequestedAt().plus(KEPT).isBefore(now())) {
                changes.delete(open.key);
                var commandId = open.key.split("\0", -1)[1];
                send(
                        lastResult(change.getRequestId(), commandId)
                                .map(result -> Results.unchanged(
                                        result, change.getChangeId(), ErrorCode.TOO_LATE_TO_CHANGE, List.of(), now()))
                                .orElseGet(() -> Results.unchanged(
                                        change, change.getConnectionId(), ErrorCode.UNKNOWN_REQUEST, List.of(), now())),
                        new RecordHeaders());
            }
        }
    }

    private List<KeyValue<String, byte[]>> all() {
        var found = new ArrayList<KeyValue<String, byte[]>>();
        try (var entries = changes.all()) {
            entries.forEachRemaining(found::add);
        }
        return found;
    }

    /** By our clock: how long it waits must not depend on the sender's. */
    private byte[] received(ChangeRequest change) {
        return serdes.write(
                Topics.CHANGES,
                ChangeRequest.newBuilder(change).setRequestedAt(now()).build());
    }

    private void send(PostResult result, Headers headers) {
        forward(FanOutTopology.RESULTS_SINK, Topics.RESULTS, result.getRequestId(), result, headers);
    }

    private <V extends SpecificRecord> void forward(
            String sink, Topic<V> topic, String key, V value, Headers incoming) {
        var headers = new RecordHeaders();
        Trace.from(incoming).child().writeTo(headers);
        context.forward(new Record<>(key, serdes.write(topic, value), now().toEpochMilli(), headers), sink);
    }

    private DeadLetter unreadable(Record<String, byte[]> record, SerializationException cause) {
        byte @Nullable [] key = record.key() == null ? null : record.key().getBytes(UTF_8);
        return DeadLetters.unreadable(
                position(),
                key,
                record.value(),
                "The record is not a ChangeRequest in Confluent's Avro format.",
                cause,
                now());
    }

    /** A timer that goes on with a record has no position of it. */
    private RecordPosition position() {
        return context.recordMetadata()
                .filter(metadata -> metadata.topic() != null)
                .map(metadata -> new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset()))
                .orElseGet(() -> new RecordPosition(Topics.CHANGES.name(), -1, -1L));
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
}
