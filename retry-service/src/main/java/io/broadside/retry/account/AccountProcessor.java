package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.retry.account.AccountView.Sheet;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the account of one partition. Open targets are found by their age and by their due time; those that have ended are
 * remembered for a while, so that a second end is noticed.
 */
final class AccountProcessor implements Processor<byte[], byte[], Void, Void> {

    private static final Logger LOGGER = LoggerFactory.getLogger(AccountProcessor.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration REMEMBERED = Duration.ofDays(3);

    /** What has a dead letter may be redriven for as long as that is kept, and is to be known then. */
    private static final Duration REDRIVABLE_REMEMBERED = Duration.ofDays(40);

    private static final int MOST_OVERDUE = 1000;
    private static final int FORGET_PER_LOOK = 1000;
    private static final byte[] NOTHING = {};

    /** Ends that are an answer of the platform. */
    private static final Set<String> REFUSALS = Stream.of(
                    ErrorCode.CONTENT_REFUSED,
                    ErrorCode.DUPLICATE_REFUSED,
                    ErrorCode.NOT_FOUND,
                    ErrorCode.PERMISSION_MISSING,
                    ErrorCode.UNKNOWN_REFUSAL)
            .map(ErrorCode::name)
            .collect(Collectors.toUnmodifiableSet());

    private final AccountParts parts;
    private final EventSerdes serdes;
    private final AccountTopology.Completions completions;
    private final Map<String, Tally> tallies = new HashMap<>();
    private Bytes forgottenUpTo = key('t', "");

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    private ProcessorContext<Void, Void> context;

    @SuppressWarnings("NullAway.Init")
    private KeyValueStore<Bytes, byte[]> store;

    @SuppressWarnings("NullAway.Init")
    private Book book;

    @SuppressWarnings("NullAway.Init")
    private Walk walk;

    AccountProcessor(AccountParts parts, EventSerdes serdes, AccountTopology.Completions completions) {
        this.parts = parts;
        this.serdes = serdes;
        this.completions = completions;
    }

    @Override
    public void init(ProcessorContext<Void, Void> processorContext) {
        context = processorContext;
        store = context.getStateStore(AccountTopology.STORE);
        var pages = new InTheStore();
        book = new Book(pages);
        walk = new Walk(store, pages::target, parts.inventory(), context.taskId(), parts.silence());
        tallies.clear();
        try (var entries = scan('s')) {
            entries.forEachRemaining(entry -> tallies.put(
                    new String(entry.key.get(), 1, entry.key.get().length - 1, UTF_8), Tally.decoded(entry.value)));
        }
        context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::look);
    }

    @Override
    public void close() {
        parts.view().remove(context.taskId());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        var topic = context.recordMetadata().orElseThrow().topic();
        try {
            if (topic.equals(Topics.RESULTS.name())) {
                result(serdes.read(Topics.RESULTS, record.value()));
            } else {
                request(record);
            }
        } catch (SerializationException e) {
            // The fan-out makes a dead letter of such a request; a result that is none, nobody of us wrote.
            LOGGER.atWarn()
                    .addKeyValue("topic", topic)
                    .addKeyValue(
                            "offset", context.recordMetadata().orElseThrow().offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("record that is no part of the account, as it cannot be read");
        }
    }

    private void result(PostResult result) {
        book.enter(result);
        var request = key('q', result.getRequestId());
        if (get(request) != null) {
            put(request, null);
        } else if (result.getCommandId().isEmpty() && !result.getIsRepeat()) {
            // Refused, and its request comes here only now: topics are read side by side.
            put(key('k', result.getRequestId()), number(now().toEpochMilli()));
        }
        if (result.getIsFinal() && !result.getIsRepeat() && isAnswerOfThePlatform(result)) {
            completions.completed(result.getPlatform().orElse(""), now());
        }
    }

    /** What ends by its deadline or its limits says nothing of the platform, however many calls were made for it before. */
    private static boolean isAnswerOfThePlatform(PostResult result) {
        var code = result.getError().map(PostError::getCode);
        return switch (result.getStatus()) {
            case PUBLISHED -> code.filter(ErrorCode.INCOMPLETE.name()::equals).isEmpty();
            case FAILED -> code.filter(REFUSALS::contains).isPresent();
            case ACCEPTED, SCHEDULED, WAITING, PUBLISHING, CANCELLED, UNCONFIRMED, UNKNOWN -> false;
        };
    }

    /** A request that waits to be answered. One under a wrong key, or in another partition than its own, comes again. */
    private void request(Record<byte[], byte[]> record) {
        var request = serdes.read(Topics.REQUESTS, record.value());
        var id = request.getRequestId();
        var partition = context.recordMetadata().orElseThrow().partition();
        if (Home.isAt(id, record.key(), partition, parts.partitions()) && get(key('k', id)) == null && noTargetOf(id)) {
            put(key('q', id), number(now().toEpochMilli()));
        }
    }

    private boolean noTargetOf(String requestId) {
        try (var entries =
                store.prefixScan(key('t', requestId + '\0'), Serdes.Bytes().serializer())) {
            return !entries.hasNext();
        }
    }

    private void look(long now) {
        var oldest = new HashMap<String, Long>();
        for (var platform : parts.platforms()) {
            try (var entries = store.prefixScan(age(platform), Serdes.Bytes().serializer())) {
                if (entries.hasNext()) {
                    oldest.put(
                            platform, numberIn(entries.next().key, age(platform).get().length));
                }
            }
        }
        parts.view().show(context.taskId(), new Sheet(tallies, oldest, overdue(now), walk.look(now), unanswered()));
        forget(now);
    }

    private long overdue(long now) {
        var limit = now - parts.overdueAfter().toMillis();
        var count = 0L;
        try (var entries = scan('d')) {
            while (entries.hasNext() && count < MOST_OVERDUE) {
                if (numberIn(entries.next().key, 1) > limit) {
                    break;
                }
                count++;
            }
        }
        return count;
    }

    private long unanswered() {
        var oldest = Long.MAX_VALUE;
        try (var entries = scan('q')) {
            for (var seen = 0; entries.hasNext() && seen < MOST_OVERDUE; seen++) {
                oldest = Math.min(oldest, ByteBuffer.wrap(entries.next().value).getLong());
            }
        }
        return oldest;
    }

    private static Duration remembered(Target target) {
        return switch (target.status()) {
            case FAILED, UNCONFIRMED -> REDRIVABLE_REMEMBERED;
            case PUBLISHED, CANCELLED, ACCEPTED, SCHEDULED, WAITING, PUBLISHING, UNKNOWN -> REMEMBERED;
        };
    }

    /** Ended targets, a few at a time, all of them in turn. */
    private void forget(long now) {
        var old = new ArrayList<Bytes>();
        var next = key('t', "");
        try (var entries = store.range(forgottenUpTo, key('u', ""))) {
            for (var seen = 0; entries.hasNext(); seen++) {
                var entry = entries.next();
                if (seen == FORGET_PER_LOOK) {
                    next = entry.key;
                    break;
                }
                var target = Target.decoded(entry.value);
                if (target.isFinal() && target.at() + remembered(target).toMillis() < now) {
                    old.add(entry.key);
                }
            }
        }
        if (next.equals(key('t', ""))) {
            try (var entries = scan('k')) {
                entries.forEachRemaining(entry -> {
                    if (ByteBuffer.wrap(entry.value).getLong() + REMEMBERED.toMillis() < now) {
                        old.add(entry.key);
                    }
                });
            }
        }
        old.forEach(key -> put(key, null));
        forgottenUpTo = next;
    }

    /** The account in the store of the partition. */
    private final class InTheStore implements Book.Pages {

        @Override
        public Optional<Target> target(String key) {
            return Optional.ofNullable(get(key('t', key))).map(Target::decoded);
        }

        @Override
        public void put(String key, Optional<Target> before, Target after) {
            index(
                    before.filter(target -> !target.isFinal()).map(target -> age(target, key)),
                    Optional.of(after).filter(target -> !target.isFinal()).map(target -> age(target, key)));
            index(
                    before.filter(this::isDue).map(target -> due(target, key)),
                    Optional.of(after).filter(this::isDue).map(target -> due(target, key)));
            AccountProcessor.this.put(key('t', key), after.encoded());
        }

        private boolean isDue(Target target) {
            return !target.isFinal() && target.due() < Target.OPEN;
        }

        private void index(Optional<Bytes> before, Optional<Bytes> after) {
            if (!before.equals(after)) {
                before.ifPresent(entry -> AccountProcessor.this.put(entry, null));
                after.ifPresent(entry -> AccountProcessor.this.put(entry, NOTHING));
            }
        }

        @Override
        public Tally tally(String platform) {
            return tallies.getOrDefault(platform, Tally.NONE);
        }

        @Override
        public void tally(String platform, Tally tally) {
            tallies.put(platform, tally);
            AccountProcessor.this.put(key('s', platform), tally.encoded());
        }
    }

    private static Bytes age(String platform) {
        return key('a', platform + '\0');
    }

    private static Bytes age(Target target, String key) {
        return numbered(age(target.platform()), target.anchor(), key);
    }

    private static Bytes due(Target target, String key) {
        return numbered(key('d', ""), target.due(), key);
    }

    private static Bytes numbered(Bytes prefix, long number, String key) {
        var text = key.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(prefix.get().length + Long.BYTES + text.length)
                .put(prefix.get())
                .putLong(Math.max(0, number))
                .put(text)
                .array());
    }

    private static long numberIn(Bytes key, int at) {
        return ByteBuffer.wrap(key.get(), at, Long.BYTES).getLong();
    }

    static Bytes key(char kind, String text) {
        var bytes = text.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(1 + bytes.length)
                .put((byte) kind)
                .put(bytes)
                .array());
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private KeyValueIterator<Bytes, byte[]> scan(char kind) {
        return store.prefixScan(key(kind, ""), Serdes.Bytes().serializer());
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there is nothing.
    private byte @Nullable [] get(Bytes key) {
        return store.get(key);
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null deletes.
    private void put(Bytes key, byte @Nullable [] value) {
        store.put(key, value);
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
}
