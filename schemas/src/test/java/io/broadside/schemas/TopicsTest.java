package io.broadside.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.events.PublishCommand;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopicsTest {

    private static final List<String> PLATFORMS = List.of("facebook", "x");

    static Stream<Topic<?>> everyTopic() {
        return Topics.all(PLATFORMS).stream();
    }

    @Test
    void noTwoTopicsHaveOneName() {
        assertThat(everyTopic().map(Topic::name)).doesNotHaveDuplicates();
    }

    @Test
    void everyDeclaredTopicAndTheCommandsOfEveryPlatformAreAmongAllOfThem() throws IllegalAccessException {
        // Given
        var all = Topics.all(PLATFORMS);

        // Then
        for (var field : Topics.class.getDeclaredFields()) {
            if (field.getType() == Topic.class && Modifier.isPublic(field.getModifiers())) {
                assertThat(all.contains(field.get(null))).as(field.getName()).isTrue();
            }
        }
        assertThat(all).contains(Topics.commands("facebook"), Topics.commands("x"));
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    void everyNameIsOneThatKafkaTakes(Topic<?> topic) {
        // A dot and an underscore in one name may collide in the names of metrics.
        assertThat(topic.name()).matches("[a-z0-9.-]{1,249}");
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    void theSubjectIsTheNameFollowedByValue(Topic<?> topic) {
        assertThat(topic.subject()).isEqualTo(topic.name() + "-value");
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    void theBrokerIsToldHowLongToKeepRecords(Topic<?> topic) {
        // Given
        var retention = Long.toString(topic.retention().toMillis());

        // When
        var settings = topic.brokerConfig();

        // Then
        assertThat(topic.retention()).isPositive();
        assertThat(settings)
                .isEqualTo(
                        switch (topic.cleanup()) {
                            case DELETE -> Map.of("cleanup.policy", "delete", "retention.ms", retention);
                            case GONE_BY_THEN ->
                                Map.of(
                                        "cleanup.policy",
                                        "delete",
                                        "retention.ms",
                                        "144000000",
                                        "segment.ms",
                                        "10800000",
                                        "segment.bytes",
                                        "134217728");
                            case GONE_BY_THEN_BOUNDED ->
                                Map.of(
                                        "cleanup.policy",
                                        "delete",
                                        "retention.ms",
                                        "144000000",
                                        "segment.ms",
                                        "10800000",
                                        "segment.bytes",
                                        "134217728",
                                        "retention.bytes",
                                        "1073741824");
                            case COMPACT ->
                                Map.of(
                                        "cleanup.policy",
                                        "compact",
                                        "delete.retention.ms",
                                        retention,
                                        "min.cleanable.dirty.ratio",
                                        "0.1",
                                        "max.compaction.lag.ms",
                                        "86400000");
                        });
    }

    @Test
    void tokensAndConnectionsAreKeptForEverAndOriginalsOfDeliveriesFourHoursLessThanTwoDays() {
        assertThat(everyTopic().filter(topic -> topic.cleanup() == Topic.Cleanup.COMPACT))
                .extracting(Topic::name)
                .containsExactlyInAnyOrder(
                        "tokens.fresh", "connections", "connections.credentials", "connections.waiting");
        assertThat(List.of(Topics.INBOUND_RAW, Topics.INBOUND_QUARANTINE))
                .extracting(topic -> topic.retention().toHours())
                .containsOnly(44L);
    }

    @Test
    void noOriginalOfADeliveryIsOlderThanTwoDays() {
        for (var topic : List.of(Topics.INBOUND_RAW, Topics.INBOUND_QUARANTINE)) {
            // Given
            var settings = topic.brokerConfig();
            var oldest = Long.parseLong(settings.getOrDefault("retention.ms", ""))
                    + Long.parseLong(settings.getOrDefault("segment.ms", ""));
            // Then: the broker looks every five minutes, and deletes a minute later
            assertThat(Duration.ofMillis(oldest).plusMinutes(6))
                    .as(topic.name())
                    .isLessThanOrEqualTo(topic.retention());
        }
    }

    @Test
    void thePlatformOfATopicOfCommandsIsTheOneItWasNamedFor() {
        // When
        var topic = Topics.commands("facebook");

        // Then
        assertThat(topic.name()).isEqualTo("publish.commands.facebook");
        assertThat(topic.type()).isEqualTo(PublishCommand.class);
        assertThat(Topics.platformOf(topic.name())).isEqualTo("facebook");
    }

    @Test
    void aTopicThatHoldsNoCommandsHasNoPlatform() {
        assertThatThrownBy(() -> Topics.platformOf("publish.requests")).isInstanceOf(IllegalArgumentException.class);
    }
}
