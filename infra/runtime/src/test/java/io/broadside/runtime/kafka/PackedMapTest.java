package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackedMapTest {

    /** Text, whose rank is its length. */
    private static final PackedMap.Form<String> TEXT = new PackedMap.Form<>() {
        @Override
        public byte[] write(String key, String value) {
            return value.getBytes(UTF_8);
        }

        @Override
        public String read(String key, byte[] bytes) {
            return new String(bytes, UTF_8);
        }

        @Override
        public long rank(String value) {
            return value.length();
        }
    };

    private final PackedMap<String> map = new PackedMap<>(TEXT);

    @Test
    void doesWhatAHashMapDoesWhateverComesAndGoes() {
        // Given
        var model = new HashMap<String, String>();
        var dice = new SplittableRandom(7);
        // When
        for (int i = 0; i < 200_000; i++) {
            var number = dice.nextInt(5_000);
            var key = number % 2 == 0 ? "key " + number : new UUID(number, -number).toString();
            if (dice.nextInt(4) == 0) {
                assertThat(map.remove(key)).isEqualTo(model.remove(key));
            } else {
                var value = "v".repeat(dice.nextInt(60)) + i;
                assertThat(map.put(key, value)).isEqualTo(model.put(key, value));
            }
        }
        // Then
        assertThat(map).isEqualTo(model);
        model.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
        assertThat(map.get("nobody")).isNull();
    }

    @Test
    void tellsKeysApartThatLookLikeAUuidOrAreAsLongAsOne() {
        // Given
        var uuid = "0b7c2a4e-7a0e-4f0c-9a3c-1d7b5a90c6e1";
        var model = Map.of(
                uuid,
                "uuid",
                uuid.toUpperCase(Locale.ROOT),
                "in capitals",
                "0-0-0-0-0",
                "short for a uuid",
                "fifteen letters",
                "15",
                "sixteen letters.",
                "16",
                "",
                "empty",
                "ü",
                "not ASCII");
        // When
        map.putAll(model);
        // Then
        assertThat(map).isEqualTo(model);
    }

    @Test
    void choosesByRankWithoutReadingTheOthers() {
        // Given
        IntStream.range(0, 1_000).forEach(i -> map.put("key " + i, "v".repeat(i)));
        // When
        var few = map.upTo(2);
        // Then
        assertThat(few).containsExactlyInAnyOrder("", "v", "vv");
    }

    @Test
    void aLookByRankMissesNothingWhateverComesAndGoes() {
        // Given
        var model = new HashMap<String, String>();
        var dice = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            var key = "key " + dice.nextInt(300);
            if (dice.nextInt(3) == 0) {
                map.remove(key);
                model.remove(key);
            } else {
                var value = "v".repeat(1 + dice.nextInt(60));
                map.put(key, value);
                model.put(key, value);
            }
            if (i % 50 == 0) {
                // When
                var rank = dice.nextInt(70);
                var found = map.upTo(rank).sorted().toList();
                // Then
                assertThat(found)
                        .isEqualTo(model.values().stream()
                                .filter(value -> value.length() <= rank)
                                .sorted()
                                .toList());
            }
        }
    }

    @Test
    void choosesByHowValuesBegin() {
        // Given
        map.putAll(Map.of("1", "bakery 1", "2", "bak", "3", "bakery 2", "4", "library"));
        // Then
        assertThat(map.startingWith("bakery".getBytes(UTF_8))).containsExactlyInAnyOrder("bakery 1", "bakery 2");
        assertThat(map.startingWith(new byte[0])).hasSize(4);
    }

    @Test
    void isReadWhileItIsWritten() throws Exception {
        // Given: each value says which key it belongs to
        IntStream.range(0, 2_000).forEach(i -> map.put("key " + i, i + ":"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // When
            var writing = threads.submit(() -> {
                for (int round = 1; round < 50; round++) {
                    for (int i = 0; i < 2_000; i++) {
                        map.put("key " + i, i + ":" + "x".repeat(round % 7));
                    }
                }
            });
            var reading = threads.submit(() -> {
                while (!writing.isDone()) {
                    for (int i = 0; i < 2_000; i++) {
                        assertThat(map.get("key " + i)).startsWith(i + ":");
                    }
                    assertThat(map.values()).hasSize(2_000);
                }
            });
            // Then
            reading.get();
            writing.get();
        }
    }

    @Test
    void takesLittleMoreThanTheBytesOfItsEntries() {
        // Given
        var runtime = Runtime.getRuntime();
        System.gc();
        var before = runtime.totalMemory() - runtime.freeMemory();
        // When
        IntStream.range(0, 200_000).forEach(i -> map.put(new UUID(i, i).toString(), "v".repeat(200)));
        // Then
        System.gc();
        var each = (runtime.totalMemory() - runtime.freeMemory() - before) / map.size();
        assertThat(each).isLessThan(300);
    }
}
