package io.broadside.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(10)
class ShutdownTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final Logger logger = (Logger) LoggerFactory.getLogger(Shutdown.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopAsked = new CountDownLatch(1);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void stopsTheServiceAndWaitsUntilItsMainThreadHasClosedEverything() throws InterruptedException {
        // Given
        var main = Thread.ofPlatform().start(() -> {
            awaitUninterrupted(stopAsked);
            happened.add("closed");
        });
        var hook = Shutdown.hook(
                () -> {
                    happened.add("stopped");
                    stopAsked.countDown();
                },
                main,
                LONG);

        // When
        hook.start();
        hook.join();

        // Then
        assertThat(happened).containsExactly("stopped", "closed");
        assertThat(lines.list).extracting(ILoggingEvent::getMessage).containsExactly("stopping", "stopped");
    }

    @Test
    void endsAllTheSameWhenStoppingTakesTooLong() throws InterruptedException {
        // Given
        var never = new CountDownLatch(1);
        var hook = Shutdown.hook(() -> awaitUninterrupted(never), Thread.currentThread(), Duration.ofMillis(20));

        // When
        hook.start();
        hook.join();

        // Then
        assertThat(lines.list)
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("stopping", "not stopped in time, ending all the same");
        never.countDown();
    }

    @Test
    void waitsForTheMainThreadEvenWhenStoppingFails() throws InterruptedException {
        // Given
        var main = Thread.ofPlatform().start(() -> happened.add("closed"));
        var hook = Shutdown.hook(
                () -> {
                    throw new IllegalStateException("stuck");
                },
                main,
                LONG);

        // When
        hook.start();
        hook.join();

        // Then
        assertThat(happened).containsExactly("closed");
        assertThat(lines.list)
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("stopping", "stopping failed", "stopped");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
