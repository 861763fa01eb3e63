package io.broadside.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.broadside.testkit.DockerEngine.Image;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TestBrokersTest {

    private static final TestBroker DOCKER = new FakeBroker("docker:9092");
    private static final TestBroker EMBEDDED = new FakeBroker("embedded:9092");

    private final Logger logger = (Logger) LoggerFactory.getLogger(KafkaExtension.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    @Test
    void takesDockerWhereItHasTheImage() {
        // When
        var broker = brokers(new Image.Present()).start(KafkaChoice.AUTO);
        // Then
        assertThat(broker).isSameAs(DOCKER);
        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getMessage()).isEqualTo("TESTS RUN ON KAFKA IN DOCKER");
            assertThat(keys(line)).contains("image=\"apache/kafka:4.3.1\"", "why=\"Docker answers and has the image\"");
        });
    }

    @Test
    void takesTheEmbeddedBrokerWhereThereIsNoDocker() {
        // When
        var broker = brokers(new Image.NoEngine("no Docker engine answers")).start(KafkaChoice.AUTO);
        // Then
        assertThat(broker).isSameAs(EMBEDDED);
        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getMessage()).isEqualTo("TESTS RUN ON THE EMBEDDED KAFKA");
            assertThat(keys(line)).contains("why=\"no Docker engine answers\"");
        });
    }

    @Test
    void warnsWhenDockerAnswersButHasNotTheImage() {
        // When
        var broker = brokers(new Image.Missing("the image could not be pulled")).start(KafkaChoice.AUTO);
        // Then
        assertThat(broker).isSameAs(EMBEDDED);
        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(keys(line)).contains("why=\"the image could not be pulled\"");
        });
    }

    @Test
    void warnsWhenTheContainerDoesNotStart() {
        // Given
        var brokers = new TestBrokers(
                Image.Present::new,
                () -> {
                    throw new IllegalStateException("no space left");
                },
                () -> EMBEDDED);
        // When
        var broker = brokers.start(KafkaChoice.AUTO);
        // Then
        assertThat(broker).isSameAs(EMBEDDED);
        assertThat(log.list)
                .singleElement()
                .satisfies(line -> assertThat(keys(line)).contains("no space left"));
    }

    @Test
    void dockerIsNotLookedForWhenTheEmbeddedBrokerIsAskedFor() {
        // Given
        var brokers = new TestBrokers(
                () -> {
                    throw new AssertionError("looked for Docker");
                },
                () -> DOCKER,
                () -> EMBEDDED);
        // When / Then
        assertThat(brokers.start(KafkaChoice.EMBEDDED)).isSameAs(EMBEDDED);
    }

    @Test
    void failsWhenDockerIsAskedForAndCannotBeUsed() {
        assertThat(brokers(new Image.Present()).start(KafkaChoice.DOCKER)).isSameAs(DOCKER);
        assertThatThrownBy(
                        () -> brokers(new Image.NoEngine("no engine answers")).start(KafkaChoice.DOCKER))
                .hasMessage("BROADSIDE_TEST_KAFKA=docker, but no engine answers");
        assertThatThrownBy(() -> brokers(new Image.Missing("no such image")).start(KafkaChoice.DOCKER))
                .hasMessage("BROADSIDE_TEST_KAFKA=docker, but no such image");
    }

    private static TestBrokers brokers(Image image) {
        return new TestBrokers(() -> image, () -> DOCKER, () -> EMBEDDED);
    }

    private static String keys(ILoggingEvent line) {
        return line.getKeyValuePairs().stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private record FakeBroker(String bootstrapServers) implements TestBroker {
        @Override
        public boolean canRestart() {
            return false;
        }

        @Override
        public void restart() {}

        @Override
        public void close() {}
    }
}
