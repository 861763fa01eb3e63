package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Confirmation;
import io.broadside.events.DeadLetter;
import io.broadside.events.DelayedCommand;
import io.broadside.events.FreshToken;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.Withdrawal;
import io.broadside.retry.account.AccountParts;
import io.broadside.retry.account.AccountView;
import io.broadside.retry.account.Inventory;
import io.broadside.runtime.store.CommittedStores;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology without a broker, with a clock that the test moves. Its randomness always says a half. */
final class RetryDriver implements AutoCloseable {

    static final Duration TICK = Duration.ofMillis(50);
    static final List<String> PLATFORMS = List.of("facebook", "x");
    static final double RANDOM = 0.5;

    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());
    final EventSerdes serdes = new EventSerdes(registry.uri(), true);
    final MeterRegistry meters = new SimpleMeterRegistry();
    final Inventory inventory = new Inventory();
    private final TopologyTestDriver driver;
    private Instant now = Fixtures.START;

    RetryDriver() {
        this(1000);
    }

    RetryDriver(int batch) {
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "retry-test-" + UUID.randomUUID());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir") + "/retry-driver");
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        driver = new TopologyTestDriver(RetryTopology.build(parts(batch)), settings, Fixtures.START);
        // The first tick finds nothing and makes the timer's beat known: every further one is a multiple of it.
        pass(TICK);
    }

    /** What the topology works with here. */
    RetryTopology.Parts parts(int batch) {
        // Ages are read a year after everything that happens here.
        var clock = Clock.fixed(Fixtures.START, ZoneOffset.UTC);
        var later = Clock.fixed(Fixtures.START.plus(Duration.ofDays(365)), ZoneOffset.UTC);
        var ticks = new Ticks(clock, System::nanoTime);
        var flows = new Flows(Map.of(), 1000);
        var account = new AccountParts(
                PLATFORMS,
                Duration.ofMinutes(2),
                new AccountView(meters, PLATFORMS, later),
                inventory,
                Duration.ofMinutes(1),
                1);
        return new RetryTopology.Parts(
                serdes,
                PLATFORMS,
                new Judge(RetryPolicy.standard(), () -> RANDOM),
                flows,
                new CommittedStores(clock),
                account,
                TICK,
                batch,
                new RetryMetrics(meters, PLATFORMS, flows, ticks),
                ticks);
    }

    Instant now() {
        return now;
    }

    void delay(Topic<DelayedCommand> topic, DelayedCommand.Builder delayed) {
        delay(topic, delayed.build());
    }

    void delay(Topic<DelayedCommand> topic, DelayedCommand delayed) {
        delay(topic, delayed, new RecordHeaders());
    }

    void delay(Topic<DelayedCommand> topic, DelayedCommand delayed, Headers headers) {
        put(topic.name(), delayed.getCommand().getConnectionId(), serdes.write(topic, delayed), headers);
    }

    void token(FreshToken token) {
        put(
                Topics.FRESH_TOKENS.name(),
                token.getConnectionId(),
                serdes.write(Topics.FRESH_TOKENS, token),
                new RecordHeaders());
    }

    void noToken(String connectionId) {
        put(Topics.FRESH_TOKENS.name(), connectionId, null, new RecordHeaders());
    }

    void withdraw(Withdrawal withdrawal) {
        put(
                Topics.WITHDRAWALS.name(),
                withdrawal.getConnectionId(),
                serdes.write(Topics.WITHDRAWALS, withdrawal),
                new RecordHeaders());
    }

    void confirm(Confirmation confirmation) {
        put(
                Topics.CONFIRMATIONS.name(),
                confirmation.getConnectionId(),
                serdes.write(Topics.CONFIRMATIONS, confirmation),
                new RecordHeaders());
    }

    /** Whether there is a request of which nothing was heard. */
    boolean isUnanswered() {
        return meters.get("broadside.account.unanswered").gauge().value() > 0;
    }

    /** Any event under its connection, or whatever its topic is keyed by. */
    <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        put(topic.name(), key, serdes.write(topic, value), new RecordHeaders());
    }

    void put(String topic, @Nullable String key, byte @Nullable [] value, Headers headers) {
        var input = driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
        input.pipeInput(new TestRecord<>(key == null ? null : key.getBytes(UTF_8), value, headers, now));
    }

    void pass(Duration time) {
        now = now.plus(time);
        driver.advanceWallClockTime(time);
    }

    /** Goes to a time and one tick further, so that what is due then is out. */
    void passUntil(Instant time) {
        pass(Duration.between(now, time).plus(TICK));
    }

    List<PublishCommand> commands() {
        return read(Topics.commands("facebook")).stream().map(TestRecord::value).toList();
    }

    List<PostResult> results() {
        return read(Topics.RESULTS).stream().map(TestRecord::value).toList();
    }

    List<DeadLetter> deadLetters() {
        return read(Topics.DEAD_LETTERS).stream().map(TestRecord::value).toList();
    }

    /** What came onto the topic since the last look. */
    <V extends SpecificRecord> List<TestRecord<String, V>> read(Topic<V> topic) {
        var output = driver.createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer());
        return output.readRecordsToList().stream()
                .map(record -> new TestRecord<>(
                        record.key(), serdes.read(topic, record.value()), record.headers(), record.timestamp()))
                .toList();
    }

    /** Keys of what was deleted on the topic since the last look. */
    List<String> tombstones(Topic<?> topic) {
        var output = driver.createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer());
        return output.readRecordsToList().stream()
                .filter(record -> record.value() == null)
                .map(TestRecord::key)
                .toList();
    }

    /** Whether anything was told of what waits since the last look. */
    boolean isTold() {
        return !driver.createOutputTopic(
                        Topics.WAITING_POSTS.name(), new StringDeserializer(), new ByteArrayDeserializer())
                .isEmpty();
    }

    @Override
    public void close() {
        driver.close();
        serdes.close();
        registry.close();
        meters.close();
    }
}
