package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.events.Visibility;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends requests of one target each, and hears their results. A post is under way from its request to its last word, but for the
 * time until which its platform is left to process it.
 */
final class PublishLoad implements AutoCloseable {

    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(45);
    private static final Duration POLL = Duration.ofMillis(20);

    private final int accounts;
    private final URI simulator;
    private final EventSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread reader;
    private final String run = "bench-" + System.currentTimeMillis();
    private final Map<String, State> open = new ConcurrentHashMap<>();
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparing(Waiting::until));
    private final AtomicInteger underWay = new AtomicInteger();
    private final LongAdder ended = new LongAdder();
    private final LongAdder unpublished = new LongAdder();
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, Instant> sent = new ConcurrentHashMap<>();
    private final Queue<Duration> firstWords = new ConcurrentLinkedQueue<>();
    private long next;
    private volatile boolean isClosed;

    private enum State {
        UNDER_WAY,
        WAITING
    }

    private record Waiting(String requestId, Instant until) {}

    PublishLoad(String broker, String registry, URI simulator, int accounts) {
        this.accounts = accounts;
        this.simulator = simulator;
        this.serdes = new EventSerdes(URI.create(registry), true);
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "acks", "all", "linger.ms", "0"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        var partitions = consumer.partitionsFor(Topics.RESULTS.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        this.reader = Thread.ofPlatform().name("results").start(this::read);
    }

    /** Keeps so many posts under way for so long. */
    void keepUnderWay(int atOnce, Duration time) throws InterruptedException {
        var until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - until < 0) {
            while (underWay.get() < atOnce) {
                send(BenchAccount.ofPost(next++, accounts));
            }
            TimeUnit.MICROSECONDS.sleep(200);
        }
    }

    /** Sends a post. */
    void send(BenchAccount account) {
        var id = run + "-" + ids.getAndIncrement();
        open.put(id, State.UNDER_WAY);
        underWay.incrementAndGet();
        sent.put(id, Instant.now());
        var _ = producer.send(new ProducerRecord<>(
                Topics.REQUESTS.name(), id.getBytes(UTF_8), serdes.write(Topics.REQUESTS, request(account, id))));
    }

    private PublishRequest request(BenchAccount account, String id) {
        var content = Content.newBuilder().setText("Post " + id);
        switch (account.platform()) {
            case "instagram" -> content.setMedia(List.of(media(SimulatorProcess.PICTURE, MediaKind.IMAGE)));
            case "tiktok" ->
                content.setMedia(List.of(media(SimulatorProcess.VIDEO, MediaKind.VIDEO)))
                        .setVisibility(Visibility.PUBLIC);
            default -> {
                // Text alone.
            }
        }
        return PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(content.build())
                .setTargets(List.of(Target.newBuilder()
                        .setConnectionId(account.connectionId())
                        .build()))
                .build();
    }

    private Media media(String path, MediaKind kind) {
        return Media.newBuilder()
                .setUrl(simulator.resolve(path).toString())
                .setKind(kind)
                .build();
    }

    /** Waits until every post has had its last word. */
    void drain() throws InterruptedException {
        var until = System.nanoTime() + DRAIN_LIMIT.toNanos();
        while (!open.isEmpty() && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** How many posts have had their last word so far. */
    long ended() {
        return ended.sum();
    }

    /** How many of those are not published. */
    long unpublished() {
        return unpublished.sum();
    }

    /** How many have not had it although the time they were told to wait for is over, or they were told of none. */
    int missing() {
        return inState(State.UNDER_WAY);
    }

    /** How many wait for a time that has not come. */
    int waiting() {
        return inState(State.WAITING);
    }

    private int inState(State state) {
        return Math.toIntExact(open.values().stream().filter(state::equals).count());
    }

    private void read() {
        while (!isClosed) {
            for (var record : consumer.poll(POLL)) {
                hear(serdes.read(Topics.RESULTS, record.value()));
            }
            var now = Instant.now();
            while (!waiting.isEmpty() && !waiting.peek().until().isAfter(now)) {
                if (open.replace(waiting.poll().requestId(), State.WAITING, State.UNDER_WAY)) {
                    underWay.incrementAndGet();
                }
            }
        }
        consumer.close();
    }

    /** Forgets how long first words took so far. */
    void forgetFirstWords() {
        firstWords.clear();
    }

    /** How long it took from a request to the moment it was divided into commands. */
    FirstCalls.Latency firstWords() {
        return FirstCalls.Latency.of(firstWords, 0);
    }

    private void hear(PostResult result) {
        var id = result.getRequestId();
        if (result.getStatus() == ResultStatus.ACCEPTED) {
            Optional.ofNullable(sent.remove(id))
                    .ifPresent(since -> firstWords.add(Duration.between(since, result.getAt())));
        }
        if (result.getIsFinal()) {
            var state = open.remove(id);
            if (state == State.UNDER_WAY) {
                underWay.decrementAndGet();
            }
            if (state != null) {
                ended.increment();
                if (result.getStatus() != ResultStatus.PUBLISHED) {
                    unpublished.increment();
                    if (unpublished.sum() == 1) {
                        System.out.println("The first that is not published: " + result);
                    }
                }
            }
        } else if (result.getStatus() == ResultStatus.WAITING
                && result.getWaitingUntil().isPresent()
                && open.replace(id, State.UNDER_WAY, State.WAITING)) {
            underWay.decrementAndGet();
            waiting.add(new Waiting(id, result.getWaitingUntil().get()));
        }
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            reader.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(1));
        serdes.close();
    }
}
