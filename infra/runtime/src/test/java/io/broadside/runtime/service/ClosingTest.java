package io.broadside.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ClosingTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(Closing.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final List<String> closed = new ArrayList<>();

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
    void closesInReverse() {
        // Given
        var closing = new Closing();
        closing.add(() -> closed.add("first"));
        closing.add(() -> closed.add("second"));

        // When
        closing.close();
        closing.close();

        // Then
        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void aPartThatFailsKeepsNoOtherOpenAndIsTold() {
        // Given
        var closing = new Closing();
        closing.add(() -> closed.add("first"));
        closing.add(() -> {
            throw new IllegalStateException("stuck");
        });
        closing.add(() -> {
            throw new NoClassDefFoundError("gone");
        });

        // When
        closing.close();

        // Then
        assertThat(closed).containsExactly("first");
        assertThat(lines.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.WARN);
        assertThat(lines.list)
                .extracting(event -> event.getThrowableProxy().getMessage())
                .containsExactly("gone", "stuck");
    }

    @Test
    void aPartThatIsInterruptedLeavesTheThreadInterrupted() {
        // Given
        var closing = new Closing();
        closing.add(() -> {
            throw new InterruptedException("told to");
        });

        // When
        closing.close();

        // Then
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatIsAddedTooLateIsClosedAtOnce() {
        // Given
        var closing = new Closing();
        closing.close();

        // Then
        assertThatThrownBy(() -> closing.add(() -> closed.add("late"))).isInstanceOf(IllegalStateException.class);
        assertThat(closed).containsExactly("late");
    }
}
