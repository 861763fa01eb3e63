package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {

    private final ArrayDeque<Runnable> hops = new ArrayDeque<>();
    private final Inbox inbox = new Inbox(hops::add);
    private final List<String> done = new ArrayList<>();

    @Test
    void whatComesTogetherTakesOneHopAndKeepsItsOrder() {
        // When
        inbox.put(() -> done.add("one"));
        inbox.put(() -> done.add("two"));
        // Then
        assertThat(hops).hasSize(1);
        hops.remove().run();
        assertThat(done).containsExactly("one", "two");
    }

    @Test
    void whatComesWhileItIsEmptiedIsDoneToo() {
        // Given
        inbox.put(() -> inbox.put(() -> done.add("inner")));
        // When
        while (!hops.isEmpty()) {
            hops.remove().run();
        }
        // Then
        assertThat(done).containsExactly("inner");
    }

    @Test
    void oneThatFailsKeepsNoOtherFromItsTurn() {
        // Given
        inbox.put(() -> {
            throw new IllegalStateException("a bug");
        });
        inbox.put(() -> done.add("next"));
        // When
        hops.remove().run();
        // Then
        assertThat(done).containsExactly("next");
    }

    @Test
    void nothingStaysBehindHoweverManyPutAtOnce() throws Exception {
        // Given
        var puts = 20_000;
        var threads = 4;
        var seen = new ConcurrentLinkedQueue<Integer>();
        var all = new CountDownLatch(puts * threads);
        try (var loop = Executors.newSingleThreadExecutor();
                var others = Executors.newFixedThreadPool(threads)) {
            var busy = new Inbox(loop);
            // When
            for (var thread = 0; thread < threads; thread++) {
                var _ = others.submit(() -> {
                    for (var i = 0; i < puts; i++) {
                        var number = i;
                        busy.put(() -> {
                            seen.add(number);
                            all.countDown();
                        });
                    }
                });
            }
            // Then
            assertThat(all.await(2, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(seen).hasSize(puts * threads);
    }
}
