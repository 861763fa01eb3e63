package io.broadside.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.KeyValuePair;

/** What the lines of every service look like. */
class LoggingTest {

    @Test
    void isTextWithKeysAndValuesUnlessToldOtherwise() throws JoranException {
        // When
        var line = written(configured(Map.of()), "platform call", new KeyValuePair("status", 200));

        // Then
        assertThat(line).isEqualTo("2026-11-21T10:00:00.000Z INFO  Some - platform call status=\"200\"\n");
    }

    @Test
    void isJsonWhenToldSo() throws JoranException {
        // When
        var line = written(
                configured(Map.of("BROADSIDE_LOG_FORMAT", "json")), "platform call", new KeyValuePair("status", 200));

        // Then
        var json = new JsonObject(line);
        assertThat(json.getString("formattedMessage")).isEqualTo("platform call");
        assertThat(json.getString("level")).isEqualTo("INFO");
        assertThat(json.getJsonArray("kvpList").encode()).contains("status").contains("200");
    }

    @Test
    void textFromOutsideCannotWriteALineOfItsOwn() throws JoranException {
        // When
        var line = written(
                configured(Map.of()), "a\r\nERROR forged", new KeyValuePair("platformCode", "190\nERROR forged"));

        // Then
        assertThat(line.strip()).doesNotContain("\n").doesNotContain("\r");
    }

    @Test
    void ourLevelIsAsToldAndKafkaIsQuiet() throws JoranException {
        // When
        var context = configured(Map.of("BROADSIDE_LOG_LEVEL", "DEBUG"));

        // Then
        assertThat(context.getLogger("io.broadside.Some").getEffectiveLevel()).isEqualTo(Level.DEBUG);
        assertThat(context.getLogger("org.apache.kafka.clients.Some").getEffectiveLevel())
                .isEqualTo(Level.WARN);
        assertThat(context.getLogger("io.confluent.Some").getEffectiveLevel()).isEqualTo(Level.WARN);
        assertThat(context.getLogger("org.example").getEffectiveLevel()).isEqualTo(Level.INFO);
    }

    private static LoggerContext configured(Map<String, String> variables) throws JoranException {
        var context = new LoggerContext();
        variables.forEach(context::putProperty);
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LoggingTest.class.getResource("/logback.xml"));
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .as("logback prints its own lines on stdout where one is worse than this")
                .allMatch(status -> status.getLevel() == Status.INFO);
        return context;
    }

    private static String written(LoggerContext context, String message, KeyValuePair pair) {
        var logger = context.getLogger("io.broadside.Some");
        var event = new LoggingEvent(LoggingTest.class.getName(), logger, Level.INFO, message, null, null);
        event.setInstant(Instant.parse("2026-11-21T10:00:00Z"));
        event.setKeyValuePairs(List.of(pair));
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        var stdout = (ConsoleAppender<ILoggingEvent>) root.getAppender("stdout");
        return new String(stdout.getEncoder().encode(event), UTF_8);
    }
}
