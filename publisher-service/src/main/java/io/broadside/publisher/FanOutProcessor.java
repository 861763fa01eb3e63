package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.CancelRequest;
import io.broadside.events.DeadLetter;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.PublishRequest;
import io.broadside.events.RecordPosition;
import io.broadside.publisher.FanOut.Part;
import io.broadside.publisher.RequestState.CommandRef;
import io.broadside.runtime.kafka.PromptCommit;
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
 * Takes requests in, each id once. The same request again gives its results again; another one under the same id is refused;
 * one under a wrong key goes back onto the topic under its own. An id is known until {@link RequestPurge} forgets it.
 */
final class FanOutProcessor implements Processor<String, byte[], String, byte[]> {

    /**
     * How long a request waits for a connection that is not known: connections arrive on another topic, and one that was
     * made a moment before the request may be a moment behind it.
     */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final FanOut fanOut;
    private final EventSerdes serdes;
    private final HomePartition home;
    private final PromptCommit commits;
    private final Duration kept;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> requests;
    private KeyValueStore<String, byte[]> results;
    private KeyValueStore<String, byte[]> held;
    private KeyValueStore<String, byte[]> cancelled;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    FanOutProcessor(FanOut fanOut, EventSerdes serdes, HomePartition home, PromptCommit commits, Duration kept) {
        this.fanOut = fanOut;
        this.serdes = serdes;
        this.home = home;
        this.commits = commits;
        this.kept = kept;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        requests = context.getStateStore(RequestStores.REQUESTS);
        results = context.getStateStore(RequestStores.RESULTS);
        held = context.getStateStore(RequestStores.HELD);
        cancelled = context.getStateStore(RequestStores.CANCELLED);
        context.schedule(LOOK_AGAIN, PunctuationType.WALL_CLOCK_TIME, _ -> tryHeldAgain());
        var purge = new RequestPurge(requests, results, serdes, kept);
        context.schedule(RequestPurge.EVERY, PunctuationType.WALL_CLOCK_TIME, _ -> purge.run(now()));
    }

    @Override
    public void process(Record<String, byte[]> record) {
        commits.takenIn(context);
        PublishRequest request;
        try {
            request = serdes.read(Topics.REQUESTS, record.value());
        } catch (SerializationException e) {
            forward(
                    FanOutTopology.DEAD_LETTERS_SINK,
                    Topics.DEAD_LETTERS,
                    key(record),
                    unreadable(record, e),
                    record.headers());
            return;
        }
        var id = request.getRequestId();
        var isTooLarge = record.value().length > RequestRules.MOST_BYTES;
        var isAtHome = id.equals(record.key()) && home.isAt(id, partition());
        if (isTooLarge && (!isAtHome || !RequestRules.isValidId(id))) {
            // Sent on, it might not fit what we may write.
            refuseTooLarge(request, record);
        } else if (!RequestRules.isValidId(id)) {
            divide(request, record.value(), record.headers());
        } else if (!isAtHome) {
            context.forward(
                    new Record<>(id, record.value(), now().toEpochMilli(), record.headers()),
                    FanOutTopology.REQUESTS_SINK);
        } else {
            takeIn(request, record);
        }
    }

    private void takeIn(PublishRequest request, Record<String, byte[]> record) {
        var known = requests.get(request.getRequestId());
        if (known != null) {
            again(request, RequestState.decoded(known), record.headers());
        } else if (held.get(request.getRequestId()) != null) {
            // Its first copy is about to be decided; the result of that is the result of this one.
            againWhileHeld(request, record.headers());
        } else if (record.value().length > RequestRules.MOST_BYTES) {
            refuseTooLarge(request, record);
            remember(request, List.of());
        } else if (fanOut.knowsAll(request)) {
            divide(request, record.value(), record.headers());
        } else {
            held.put(request.getRequestId(), HeldRequest.encoded(now(), Trace.from(record.headers()), record.value()));
        }
    }

    private void refuseTooLarge(PublishRequest request, Record<String, byte[]> record) {
        var faults = RequestRules.tooLarge(record.value().length);
        send(Results.refused(request, ErrorCode.INVALID_REQUEST, faults, now()), record.headers());
    }

    private void tryHeldAgain() {
        try (var all = held.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                var waiting = HeldRequest.decoded(entry.value);
                var request = serdes.read(Topics.REQUESTS, waiting.value());
                if (fanOut.knowsAll(request) || !now().isBefore(waiting.since().plus(PATIENCE))) {
                    held.delete(entry.key);
                    var headers = new RecordHeaders();
                    waiting.trace().writeTo(headers);
                    divide(request, waiting.value(), headers);
                }
            }
        }
    }

    private void again(PublishRequest request, RequestState known, Headers headers) {
        if (known.fingerprint().equals(RequestFingerprint.of(request))) {
            repeatResults(request.getRequestId(), headers);
        } else {
            refuseReuse(request, headers);
        }
    }

    private void againWhileHeld(PublishRequest request, Headers headers) {
        var first = HeldRequest.decoded(held.get(request.getRequestId()));
        var firstRequest = serdes.read(Topics.REQUESTS, first.value());
        if (!RequestFingerprint.of(firstRequest).equals(RequestFingerprint.of(request))) {
            refuseReuse(request, headers);
        }
    }

    private void refuseReuse(PublishRequest request, Headers headers) {
        var fault = RequestRules.fault(
                "requestId",
                "unique",
                null,
                request.getRequestId(),
                "This requestId belongs to an earlier, different request; nothing was done. Send this one under a new id.");
        send(Results.refused(request, ErrorCode.REQUEST_ID_REUSED, List.of(fault), now()), headers);
    }

    private void repeatResults(String requestId, Headers headers) {
        try (var found =
                results.range(RequestStores.firstResultKey(requestId), RequestStores.lastResultKey(requestId))) {
            while (found.hasNext()) {
                var result = serdes.read(Topics.RESULTS, found.next().value);
                send(PostResult.newBuilder(result).setIsRepeat(true).build(), headers);
            }
        }
    }

    private void divide(PublishRequest request, byte[] record, Headers headers) {
        var now = now();
        var commands = new ArrayList<CommandRef>();
        var cancels = earlyCancellations(request.getRequestId());
        for (var part : fanOut.divide(request, now)) {
            switch (part) {
                case Part.Now(var command)
                when isCancelled(command, cancels) -> send(Results.cancelled(command, now), headers);
                case Part.Later(var delayed)
                when isCancelled(delayed.getCommand(), cancels) ->
                    send(Results.cancelled(delayed.getCommand(), now), headers);
                case Part.Refused(var result) -> send(result, headers);
                case Part.Broken(var result, var cause) -> {
                    send(result, headers);
                    var id = request.getRequestId();
                    forward(
                            FanOutTopology.DEAD_LETTERS_SINK,
                            Topics.DEAD_LETTERS,
                            id,
                            DeadLetters.broken(position(), id.getBytes(UTF_8), record, cause, now),
                            headers);
                }
                case Part.Now(var command) -> {
                    commands.add(ref(command));
                    send(Results.accepted(command, now), headers);
                    forward(
                            FanOutTopology.commandsSink(command.getPlatform()),
                            Topics.commands(command.getPlatform()),
                            command.getConnectionId(),
                            command,
                            headers);
                }
                case Part.Later(var delayed) -> {
                    var command = delayed.getCommand();
                    commands.add(ref(command));
                    send(Results.accepted(command, now), headers);
                    forward(FanOutTopology.WAITING_SINK, Topics.WAITING, command.getConnectionId(), delayed, headers);
                }
            }
        }
        if (RequestRules.isValidId(request.getRequestId())) {
            remember(request, commands);
        }
    }

    private void remember(PublishRequest request, List<CommandRef> commands) {
        var state = new RequestState(RequestFingerprint.of(request), now().toEpochMilli(), commands);
        requests.put(request.getRequestId(), state.encoded());
    }

    /** The cancellations that came before their request; they are used up by being asked for. */
    private List<CancelRequest> earlyCancellations(String requestId) {
        var found = new ArrayList<KeyValue<String, byte[]>>();
        // Of earlier versions.
        Optional.ofNullable(cancelled.get(requestId)).ifPresent(value -> found.add(KeyValue.pair(requestId, value)));
        try (var entries = cancelled.prefixScan(
                RequestStores.cancellationsOf(requestId), Serdes.String().serializer())) {
            entries.forEachRemaining(found::add);
        }
        found.forEach(entry -> cancelled.delete(entry.key));
        return found.stream()
                .map(entry -> serdes.read(Topics.CANCELLATIONS, entry.value))
                .toList();
    }

    private static boolean isCancelled(PublishCommand command, List<CancelRequest> cancels) {
        return cancels.stream()
                .anyMatch(cancel -> cancel.getConnectionId()
                        .map(command.getConnectionId()::equals)
                        .orElse(true));
    }

    private static CommandRef ref(PublishCommand command) {
        return new CommandRef(command.getCommandId(), command.getConnectionId());
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
                "The record is not a PublishRequest in Confluent's Avro format.",
                cause,
                now());
    }

    /** A timer that goes on with a record has no position of it. */
    private RecordPosition position() {
        return context.recordMetadata()
                .filter(metadata -> metadata.topic() != null)
                .map(metadata -> new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset()))
                .orElseGet(() -> new RecordPosition(Topics.REQUESTS.name(), -1, -1L));
    }

    private int partition() {
        return context.recordMetadata().map(RecordMetadata::partition).orElse(0);
    }

    private static String key(Record<String, byte[]> record) {
        return record.key() == null ? "" : record.key();
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
}
