package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.retry.MemoryStore;
import java.util.Random;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class FrontTest {

    private final KeyValueStore<Bytes, byte[]> store = MemoryStore.open();
    private final Front front = new Front(bytes("a"), bytes("b"));

    @Test
    void findsTheFirstOfItsIndexAndNothingOfOthers() {
        // When
        put("b1");
        // Then
        assertThat(front.first(store)).isEmpty();
        // When
        put("a5");
        put("a3");
        // Then
        assertThat(front.first(store)).contains(bytes("a3"));
    }

    @Test
    void beginsWhereItFoundSomethingAndGoesBackForWhatComesBeforeIt() {
        // Given
        put("a5");
        assertThat(front.first(store)).contains(bytes("a5"));
        store.put(bytes("a4"), new byte[0]);
        // Then: what was put past it is not looked for
        assertThat(front.first(store)).contains(bytes("a5"));
        // When
        put("a2");
        // Then
        assertThat(front.first(store)).contains(bytes("a2"));
    }

    @Test
    void isRightWhateverIsPutAndDeleted() {
        // Given
        var random = new Random(7);
        var model = new TreeSet<String>();
        for (var step = 0; step < 5_000; step++) {
            // When
            var key = "a" + random.nextInt(100, 200);
            if (random.nextInt(3) > 0) {
                put(key);
                model.add(key);
            } else {
                store.delete(bytes(key));
                model.remove(key);
            }
            // Then
            if (random.nextInt(4) == 0) {
                var expected = model.isEmpty() ? null : bytes(model.first());
                assertThat(front.first(store).orElse(null)).isEqualTo(expected);
            }
        }
    }

    private void put(String key) {
        store.put(bytes(key), new byte[0]);
        if (key.startsWith("a")) {
            front.put(bytes(key));
        }
    }

    private static Bytes bytes(String text) {
        return Bytes.wrap(text.getBytes(UTF_8));
    }
}
