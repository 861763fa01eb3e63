package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LatenessTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Lateness.class);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final AtomicInteger counted = new AtomicInteger();
    private final Lateness lateness = new Lateness("test", DispatcherCase.CONFIG, counted::incrementAndGet, nanos::get);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        LOGGER.detachAppender(log);
    }

    @Test
    void nothingIsChosenForAMomentAfterOneThatWasLate() {
        // Given
        assertThat(lateness.isOpen()).isTrue();
        // When
        lateness.late();
        // Then
        assertThat(lateness.isOpen()).isFalse();
        pass(Lateness.PAUSE);
        assertThat(lateness.isOpen()).isTrue();
    }

    @Test
    void everyOneIsCountedAndNowAndThenToldOf() {
        // When
        for (int second = 0; second < 15; second++) {
            lateness.late();
            pass(Duration.ofSeconds(1));
        }
        // Then
        assertThat(counted).hasValue(15);
        assertThat(log.list).hasSize(2);
    }

    @Test
    void thatNoneIsInTimeIsWrongAfterAWhile() {
        // When
        beLateFor(Lateness.COMPLAIN_AFTER);
        // Then
        assertThat(lateness.complaint()).isEmpty();
        // When
        beLateFor(Duration.ofSeconds(1));
        // Then
        assertThat(lateness.complaint())
                .hasValueSatisfying(text ->
                        assertThat(text).contains("no call was made for 31 s", "DISPATCH_INTENT_MAX_AGE (2000ms)"));
    }

    @Test
    void oneThatIsInTimeMakesItWell() {
        // Given
        beLateFor(Duration.ofSeconds(60));
        // When
        lateness.inTime();
        // Then
        assertThat(lateness.complaint()).isEmpty();
        beLateFor(Duration.ofSeconds(20));
        assertThat(lateness.complaint()).isEmpty();
    }

    @Test
    void whereNothingIsLeftToBeCalledForNothingIsWrong() {
        // Given
        beLateFor(Duration.ofSeconds(60));
        // When
        pass(Lateness.COMPLAIN_AFTER.plusSeconds(1));
        // Then
        assertThat(lateness.complaint()).isEmpty();
    }

    private void beLateFor(Duration time) {
        for (var left = time; left.isPositive(); left = left.minusSeconds(1)) {
            lateness.late();
            pass(Duration.ofSeconds(1));
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
