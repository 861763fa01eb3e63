package io.broadside.retry.account;

import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.retry.account.AccountKeys.Kind;
import io.broadside.retry.account.AccountView.Sheet;
import io.broadside.runtime.store.Rounds;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
    private final Map<String, Front> ages = new HashMap<>();
    private Front due = new Front(Kind.DUE.prefix(), Kind.DUE.end());
    private Unanswered unanswered = new Unanswered();
    private final Rounds rounds = new Rounds();
    private Bytes forgottenUpTo = Kind.TARGET.prefix();

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
        // The same processor begins again where a transaction was taken back: nothing of that one is true any more.
        tallies.clear();
        ages.clear();
        due = new Front(Kind.DUE.prefix(), Kind.DUE.end());
        unanswered = new Unanswered();
        forgottenUpTo = Kind.TARGET.prefix();
        try (var entries = scan(Kind.SUM.prefix())) {
            entries.forEachRemaining(entry -> tallies.put(AccountKeys.textIn(entry.key), Tally.decoded(entry.value)));
        }
        try (var entries = scan(Kind.REQUEST.prefix())) {
            entries.forEachRemaining(entry -> unanswered.asked(numberOf(entry.value)));
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
        var request = Kind.REQUEST.key(result.getRequestId());
        var asked = get(request);
        if (asked != null) {
            answered(request, asked);
        } else if (result.getCommandId().isEmpty() || result.getIsRepeat()) {
            // Refused, or asked again after its targets were forgotten, and the request comes here only now: topics
            // are read side by side.
            put(Kind.KNOWN.key(result.getRequestId()), number(now().toEpochMilli()));
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
        var isKnown = get(Kind.KNOWN.key(id)) != null || hasTarget(id);
        if (Home.isAt(id, record.key(), partition, parts.partitions()) && !isKnown) {
            asked(Kind.REQUEST.key(id), now().toEpochMilli());
        }
    }

    private void asked(Bytes request, long time) {
        var before = get(request);
        if (before != null) {
            unanswered.answered(numberOf(before));
        }
        put(request, number(time));
        unanswered.asked(time);
    }

    private void answered(Bytes request, byte[] asked) {
        put(request, null);
        unanswered.answered(numberOf(asked));
    }

    private boolean hasTarget(String requestId) {
        try (var entries = scan(Kind.TARGET.key(requestId + '\0'))) {
            return entries.hasNext();
        }
    }

    private void look(long now) {
        var oldest = new HashMap<String, Long>();
        for (var platform : parts.platforms()) {
            var front = ages(platform);
            front.first(store).ifPresent(key -> oldest.put(platform, AccountKeys.numberIn(key, front.prefix())));
        }
        parts.view()
                .show(context.taskId(), new Sheet(tallies, oldest, overdue(now), walk.look(now), unanswered.oldest()));
        forget(now);
    }

    private long overdue(long now) {
        var limit = now - parts.overdueAfter().toMillis();
        if (due.first(store).filter(key -> isOverdue(key, limit)).isEmpty()) {
            return 0;
        }
        var count = 0L;
        try (var entries = due.entries(store)) {
            while (entries.hasNext() && count < MOST_OVERDUE && isOverdue(entries.next().key, limit)) {
                count++;
            }
        }
        return count;
    }

    private static boolean isOverdue(Bytes key, long limit) {
        return Kind.DUE.isOf(key) && AccountKeys.numberIn(key, Kind.DUE.prefix()) <= limit;
    }

    private Front ages(String platform) {
        return ages.computeIfAbsent(platform, name -> new Front(AccountKeys.age(name), AccountKeys.ageEnd(name)));
    }

    private static Duration remembered(Target target) {
        return switch (target.status()) {
            case FAILED, UNCONFIRMED -> REDRIVABLE_REMEMBERED;
            case PUBLISHED, CANCELLED, ACCEPTED, SCHEDULED, WAITING, PUBLISHING, UNKNOWN -> REMEMBERED;
        };
    }

    /** Ended targets, a few at a time, all of them in turn; and the few requests whenever that is done. */
    private void forget(long now) {
        if (forgottenUpTo.equals(Kind.TARGET.prefix()) && !rounds.mayBegin(now)) {
            return;
        }
        var old = new ArrayList<Bytes>();
        var next = Kind.TARGET.prefix();
        try (var entries = store.range(forgottenUpTo, Kind.TARGET.end())) {
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
        if (next.equals(Kind.TARGET.prefix())) {
            old.addAll(before(Kind.KNOWN, now - REMEMBERED.toMillis()));
            before(Kind.REQUEST, now - Topics.REQUESTS.retention().toMillis()).forEach(this::giveUp);
        }
        old.forEach(key -> put(key, null));
        forgottenUpTo = next;
    }

    private void giveUp(Bytes request) {
        LOGGER.atWarn()
                .addKeyValue("requestId", AccountKeys.textIn(request))
                .log("no answer to a request was seen for as long as it was kept");
        var asked = get(request);
        if (asked != null) {
            answered(request, asked);
        }
    }

    private List<Bytes> before(Kind kind, long time) {
        var old = new ArrayList<Bytes>();
        try (var entries = scan(kind.prefix())) {
            entries.forEachRemaining(entry -> {
                if (numberOf(entry.value) < time) {
                    old.add(entry.key);
                }
            });
        }
        return old;
    }

    /** The account in the store of the partition. */
    private final class InTheStore implements Book.Pages {

        @Override
        public Optional<Target> target(String key) {
            return Optional.ofNullable(get(Kind.TARGET.key(key))).map(Target::decoded);
        }

        @Override
        public void put(String key, Optional<Target> before, Target after) {
            index(
                    ages(after.platform()),
                    before.filter(target -> !target.isFinal()).map(target -> AccountKeys.age(target, key)),
                    Optional.of(after).filter(target -> !target.isFinal()).map(target -> AccountKeys.age(target, key)));
            index(
                    due,
                    before.filter(this::isDue).map(target -> AccountKeys.due(target, key)),
                    Optional.of(after).filter(this::isDue).map(target -> AccountKeys.due(target, key)));
            AccountProcessor.this.put(Kind.TARGET.key(key), after.encoded());
        }

        private boolean isDue(Target target) {
            return !target.isFinal() && target.due() < Target.OPEN;
        }

        private void index(Front front, Optional<Bytes> before, Optional<Bytes> after) {
            if (!before.equals(after)) {
                before.ifPresent(entry -> AccountProcessor.this.put(entry, null));
                after.ifPresent(entry -> {
                    AccountProcessor.this.put(entry, NOTHING);
                    front.put(entry);
                });
            }
        }

        @Override
        public Tally tally(String platform) {
            return tallies.getOrDefault(platform, Tally.NONE);
        }

        @Override
        public void tally(String platform, Tally tally) {
            tallies.put(platform, tally);
            AccountProcessor.this.put(Kind.SUM.key(platform), tally.encoded());
        }
    }

    private static long numberOf(byte[] number) {
        return ByteBuffer.wrap(number).getLong();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private KeyValueIterator<Bytes, byte[]> scan(Bytes prefix) {
        return store.prefixScan(prefix, Serdes.Bytes().serializer());
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
