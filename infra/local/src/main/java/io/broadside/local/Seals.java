package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Credential;
import io.broadside.events.FreshToken;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Which key every stored secret is sealed with, as it stands in front of it on the topics; no key is needed to know. Keeps whole only
 * what is sealed with another key than the newest. For one thread.
 */
final class Seals implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaClients clients;
    private final Map<KeysetName, String> newest;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final Map<KeysetName, Map<String, Set<String>>> keysByConnection = new EnumMap<>(KeysetName.class);
    private final Map<String, FreshToken> oldTokens = new HashMap<>();
    private final Map<String, Credential> oldCredentials = new HashMap<>();

    /** @param newest the key that everything should be sealed with, of each keyset that is of interest */
    Seals(KafkaClients clients, Map<KeysetName, String> newest) {
        this.clients = clients;
        this.newest = Map.copyOf(newest);
        this.consumer = clients.tableConsumer("seals");
        for (var name : KeysetName.values()) {
            keysByConnection.put(name, new HashMap<>());
        }
        for (var topic : List.of(Topics.FRESH_TOKENS, Topics.CREDENTIALS)) {
            consumer.partitionsFor(topic.name())
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads on to what is the end by now. */
    void readOn() {
        var ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(this::take);
        }
    }

    /** How many connections have something sealed with each key. */
    Map<String, Integer> connectionsByKey(KeysetName keyset) {
        var counts = new TreeMap<String, Integer>();
        of(keyset).values().forEach(keys -> keys.forEach(key -> counts.merge(key, 1, Integer::sum)));
        return counts;
    }

    /** Connections of which something is sealed with an older key. */
    Set<String> old() {
        var ids = new HashSet<>(oldTokens.keySet());
        ids.addAll(oldCredentials.keySet());
        return ids;
    }

    /** Asks token-service, which alone writes what is stored, to seal it with the newest key. */
    void askToReseal(Set<String> connectionIds, Instant now) {
        try (var producer = clients.producer("seals")) {
            for (var id : connectionIds) {
                var token = Optional.ofNullable(oldTokens.get(id));
                var credential = Optional.ofNullable(oldCredentials.get(id));
                var request = RefreshRequest.newBuilder()
                        .setConnectionId(id)
                        .setPlatform(token.map(FreshToken::getPlatform)
                                .or(() -> credential.map(Credential::getPlatform))
                                .orElseThrow())
                        .setTokenVersion(token.map(FreshToken::getVersion)
                                .or(() -> credential.map(Credential::getVersion))
                                .orElseThrow())
                        .setReason(RefreshReason.RESEAL)
                        .setRequestedAt(now)
                        .setSealedToken(token.orElse(null))
                        .build();
                // One that is not written is asked for again.
                var _ = producer.send(new ProducerRecord<>(
                        Topics.REFRESH_REQUESTS.name(),
                        id.getBytes(UTF_8),
                        clients.serdes().write(Topics.REFRESH_REQUESTS, request)));
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        var id = new String(record.key(), UTF_8);
        if (record.topic().equals(Topics.FRESH_TOKENS.name())) {
            var token = Optional.ofNullable(record.value())
                    .map(value -> clients.serdes().read(Topics.FRESH_TOKENS, value));
            note(KeysetName.ACCESS, id, token.stream().map(FreshToken::getSealedAccessToken));
            keepIfOld(KeysetName.ACCESS, id, token, oldTokens);
        } else {
            var credential = Optional.ofNullable(record.value())
                    .map(value -> clients.serdes().read(Topics.CREDENTIALS, value));
            note(
                    KeysetName.REFRESH,
                    id,
                    credential.stream()
                            .flatMap(one -> Stream.of(one.getSealedRefreshToken(), one.getSealedUserToken()))
                            .flatMap(Optional::stream));
            keepIfOld(KeysetName.REFRESH, id, credential, oldCredentials);
        }
    }

    private void note(KeysetName keyset, String id, Stream<ByteBuffer> secrets) {
        var keys = new HashSet<String>();
        secrets.map(Vault::keyOf).flatMap(Optional::stream).map(String::intern).forEach(keys::add);
        if (keys.isEmpty()) {
            of(keyset).remove(id);
        } else {
            of(keyset).put(id, Set.copyOf(keys));
        }
    }

    private <T> void keepIfOld(KeysetName keyset, String id, Optional<T> stored, Map<String, T> old) {
        var wanted = newest.get(keyset);
        var isOld =
                wanted != null && of(keyset).getOrDefault(id, Set.of()).stream().anyMatch(key -> !key.equals(wanted));
        if (isOld && stored.isPresent()) {
            old.put(id, stored.get());
        } else {
            old.remove(id);
        }
    }

    private Map<String, Set<String>> of(KeysetName keyset) {
        return keysByConnection.computeIfAbsent(keyset, _ -> new HashMap<>());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
