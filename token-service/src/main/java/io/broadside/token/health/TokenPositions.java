package io.broadside.token.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.FreshToken;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.token.AccessTokens;
import io.broadside.token.refresh.EndingPause;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds access tokens on their topic without keeping them: it follows tokens.fresh, remembers where the newest of each connection
 * stands, and reads that one record when it is asked for. A million sealed tokens in memory would be the largest thing this service
 * has, for the few of them in a second that are looked at.
 */
public final class TokenPositions implements AccessTokens, Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TokenPositions.class);

    private static final String NAME = "token-positions";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration READ_WITHIN = Duration.ofSeconds(2);
    private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);

    private final KafkaClients clients;
    private final EventSerdes serdes;
    private final PositionIndex index = new PositionIndex();
    private final EndingPause pause = new EndingPause();
    private final Object reading = new Object();
    private volatile long lastPoll = System.nanoTime();
    private @Nullable Consumer<byte[], byte[]> reader;
    private @Nullable Thread thread;

    public TokenPositions(KafkaClients clients) {
        this.clients = clients;
        this.serdes = clients.serdes();
    }

    /** Begins to follow. The topic must exist. */
    public void start() {
        thread = Thread.ofPlatform().name(NAME).daemon().start(this::work);
    }

    @Override
    public Optional<ByteBuffer> sealedToken(String connectionId, long version) {
        var key = connectionId.getBytes(UTF_8);
        try {
            return index.get(key)
                    .flatMap(this::read)
                    .filter(record -> Arrays.equals(record.key(), key) && record.value() != null)
                    .map(record -> serdes.read(Topics.FRESH_TOKENS, record.value()))
                    .filter(token -> token.getVersion() == version)
                    .map(FreshToken::getSealedAccessToken);
        } catch (KafkaException e) {
            // Unreadable, or not to be had now: it is asked for again.
            LOGGER.atWarn()
                    .addKeyValue("connectionId", connectionId)
                    .addKeyValue("cause", e.getClass().getSimpleName())
                    .log("access token could not be read");
            return Optional.empty();
        }
    }

    @Override
    public Check check() {
        var idle = Duration.ofNanos(System.nanoTime() - lastPoll);
        return idle.compareTo(STALLED_AFTER) > 0
                ? Check.failing(NAME, "has not followed tokens for " + idle.toSeconds() + " s")
                : Check.ok(NAME, "follows tokens");
    }

    @Override
    public void close() {
        pause.close();
        var running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (reading) {
            discard();
        }
    }

    private void work() {
        while (!pause.isClosed()) {
            try (var consumer = clients.tableConsumer(NAME)) {
                var partitions = consumer.partitionsFor(Topics.FRESH_TOKENS.name()).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
                consumer.assign(partitions);
                consumer.seekToBeginning(partitions);
                while (!pause.isClosed()) {
                    for (var record : consumer.poll(POLL)) {
                        if (record.key() != null) {
                            index.put(record.key(), record.partition(), record.offset());
                        }
                    }
                    lastPoll = System.nanoTime();
                }
            } catch (KafkaException e) {
                LOGGER.atWarn().addKeyValue("cause", e.toString()).log("cannot follow tokens; trying again");
                pause.await(AFTER_A_FAULT);
            }
        }
    }

    /** The record there; empty if it was compacted away, because there is a newer one that is not known here yet. */
    private Optional<ConsumerRecord<byte[], byte[]>> read(PositionIndex.Position position) {
        synchronized (reading) {
            var partition = new TopicPartition(Topics.FRESH_TOKENS.name(), position.partition());
            var consumer = ready();
            try {
                consumer.assign(List.of(partition));
                consumer.seek(partition, position.offset());
                var until = System.nanoTime() + READ_WITHIN.toNanos();
                while (System.nanoTime() < until) {
                    for (var record : consumer.poll(POLL)) {
                        return Optional.of(record).filter(found -> found.offset() == position.offset());
                    }
                }
                return Optional.empty();
            } catch (KafkaException e) {
                discard();
                throw e;
            }
        }
    }

    private Consumer<byte[], byte[]> ready() {
        var current = reader;
        if (current == null) {
            current = clients.recordConsumer("token-reader");
            reader = current;
        }
        return current;
    }

    private void discard() {
        var current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
