package io.broadside.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.FreshToken;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventSerdesTest {

    private static final int HEADER = 5;

    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());
    private final EventSerdes serdes = new EventSerdes(Map.of(
            "schema.registry.url", registry.uri().toString(),
            // A registry that is away is asked again at once: only how long that takes is different.
            "schema.registry.retries.wait.ms", "1",
            "schema.registry.retries.max.wait.ms", "1"));

    static Stream<Topic<?>> everyTopic() {
        return Topics.all(List.of("facebook")).stream();
    }

    @AfterEach
    void close() {
        serdes.close();
        registry.close();
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    <V extends SpecificRecord> void anEventIsReadAsItWasWritten(Topic<V> topic) {
        // Given
        var event = Events.some(topic.type(), new Random(1));

        // When
        var read = serdes.read(topic, serdes.write(topic, event));

        // Then
        assertThat(read).isEqualTo(event).isInstanceOf(topic.type());
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    <V extends SpecificRecord> void theSerdeOfATopicDoesTheSame(Topic<V> topic) {
        // Given
        var event = Events.some(topic.type(), new Random(2));

        // When
        var serde = serdes.of(topic);
        var read = serde.deserializer()
                .deserialize(topic.name(), serde.serializer().serialize(topic.name(), event));

        // Then
        assertThat(read).isEqualTo(event);
    }

    @Test
    void aTombstoneIsNothingToTheSerde() {
        assertThat(serdes.of(Topics.FRESH_TOKENS).deserializer().deserialize(Topics.FRESH_TOKENS.name(), (byte[]) null))
                .isNull();
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    <V extends SpecificRecord> void anEventThatIsCutShortAnywhereCannotBeRead(Topic<V> topic) {
        // Given
        var whole = serdes.write(topic, Events.some(topic.type(), new Random(3)));

        // Then
        for (var length = 0; length < whole.length; length++) {
            assertThatCannotBeRead(topic, Arrays.copyOf(whole, length));
        }
    }

    @Test
    void bytesThatAreNotInConfluentsFormatCannotBeRead() {
        // Given
        var wrongMagic = serdes.write(Topics.FRESH_TOKENS, aToken());
        wrongMagic[0] = 7;

        // Then
        assertThatCannotBeRead(Topics.FRESH_TOKENS, new byte[0]);
        assertThatCannotBeRead(Topics.FRESH_TOKENS, new byte[3]);
        assertThatCannotBeRead(Topics.FRESH_TOKENS, wrongMagic);
        assertThatCannotBeRead(Topics.FRESH_TOKENS, "{\"connectionId\": \"c\"}".getBytes(UTF_8));
        assertThatThrownBy(() -> serdes.read(Topics.FRESH_TOKENS, null)).isInstanceOf(SerializationException.class);
    }

    @Test
    void aSchemaTheRegistryDoesNotHaveCannotBeRead() {
        // Given
        var bytes = serdes.write(Topics.FRESH_TOKENS, aToken());
        ByteBuffer.wrap(bytes).putInt(1, 123_456);

        // Then
        assertThatCannotBeRead(Topics.FRESH_TOKENS, bytes);
    }

    @Test
    void anEventOfAnotherTypeCannotBeRead() {
        // Given
        var token = serdes.write(Topics.FRESH_TOKENS, aToken());

        // Then
        assertThatCannotBeRead(Topics.RESULTS, token);
    }

    @Test
    void randomBytesCannotBeRead() {
        // Given
        var random = new Random(20_260_101);

        // Then
        for (var i = 0; i < 10_000; i++) {
            var bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThatCannotBeRead(Topics.RESULTS, bytes);
        }
    }

    /** The harder case: the header is right, so that Avro sees them. Now and then they happen to be an event. */
    @ParameterizedTest
    @MethodSource("everyTopic")
    <V extends SpecificRecord> void randomBytesAfterARightHeaderAreAnEventOrCannotBeRead(Topic<V> topic) {
        // Given
        var random = new Random(20_260_102);
        var header = Arrays.copyOf(serdes.write(topic, Events.some(topic.type(), random)), HEADER);

        // Then
        for (var i = 0; i < 10_000; i++) {
            var bytes = new byte[HEADER + random.nextInt(200)];
            random.nextBytes(bytes);
            System.arraycopy(header, 0, bytes, 0, HEADER);
            assertThatIsReadOrCannotBe(topic, bytes);
        }
    }

    @ParameterizedTest
    @MethodSource("everyTopic")
    <V extends SpecificRecord> void anEventWithOneByteChangedIsAnEventOrCannotBeRead(Topic<V> topic) {
        // Given
        var random = new Random(20_260_103);
        var whole = serdes.write(topic, Events.some(topic.type(), random));

        // Then
        for (var i = HEADER; i < whole.length; i++) {
            var bytes = whole.clone();
            bytes[i] = (byte) random.nextInt();
            assertThatIsReadOrCannotBe(topic, bytes);
        }
    }

    @Test
    void whileTheRegistryIsAwayASchemaNotSeenYetCannotBeHad() {
        // Given
        var bytes = serdes.write(Topics.FRESH_TOKENS, aToken());
        ByteBuffer.wrap(bytes).putInt(1, 123_456);

        // When
        registry.close();

        // Then
        assertThatThrownBy(() -> serdes.read(Topics.FRESH_TOKENS, bytes))
                .isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() ->
                        serdes.of(Topics.FRESH_TOKENS).deserializer().deserialize(Topics.FRESH_TOKENS.name(), bytes))
                .isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> serdes.write(Topics.RESULTS, Events.some(Topics.RESULTS.type(), new Random(4))))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void whileTheRegistryIsAwayWhatIsNoEventIsStillKnownAsSuch() {
        // Given
        var bytes = serdes.write(Topics.FRESH_TOKENS, aToken());
        serdes.read(Topics.FRESH_TOKENS, bytes);

        // When
        registry.close();

        // Then
        assertThatCannotBeRead(Topics.FRESH_TOKENS, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatCannotBeRead(Topics.FRESH_TOKENS, new byte[3]);
        assertThatCannotBeRead(Topics.FRESH_TOKENS, "not Avro".getBytes(UTF_8));
    }

    @Test
    void whatWasSeenBeforeIsReadAndWrittenWithoutTheRegistry() {
        // Given
        var token = aToken();
        serdes.read(Topics.FRESH_TOKENS, serdes.write(Topics.FRESH_TOKENS, token));

        // When
        registry.close();
        var read = serdes.read(Topics.FRESH_TOKENS, serdes.write(Topics.FRESH_TOKENS, token));

        // Then
        assertThat(read).isEqualTo(token);
    }

    @Test
    void whatWasPreparedIsWrittenWithoutTheRegistry() {
        // Given
        var topics = everyTopic().toList();
        serdes.prepare(topics);

        // When
        registry.close();

        // Then
        for (var topic : topics) {
            assertThat(write(topic)).hasSizeGreaterThan(HEADER);
        }
    }

    @Test
    void whoMayNotRegisterWritesWithoutTheRegistryWhatWasRegisteredAndPrepared() {
        // Given
        serdes.prepare(List.of(Topics.FRESH_TOKENS));
        try (var reader = new EventSerdes(registry.uri(), false)) {
            reader.prepare(List.of(Topics.FRESH_TOKENS));

            // When
            registry.close();

            // Then
            assertThat(reader.write(Topics.FRESH_TOKENS, aToken())).hasSizeGreaterThan(HEADER);
        }
    }

    @Test
    void whoMayNotRegisterCannotPrepareWhatIsNotThere() {
        try (var reader = new EventSerdes(registry.uri(), false)) {
            assertThatThrownBy(() -> reader.prepare(List.of(Topics.FRESH_TOKENS)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("tokens.fresh");
        }
    }

    @Test
    void nothingCanBePreparedWhileTheRegistryIsAway() {
        // When
        registry.close();

        // Then
        assertThatThrownBy(() -> serdes.prepare(List.of(Topics.FRESH_TOKENS)))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    private void assertThatCannotBeRead(Topic<?> topic, byte[] bytes) {
        assertThatThrownBy(() -> serdes.read(topic, bytes))
                .as(() -> Arrays.toString(bytes))
                .isInstanceOf(SerializationException.class);
        if (bytes.length > 0) {
            assertThatThrownBy(() -> serdes.of(topic).deserializer().deserialize(topic.name(), bytes))
                    .as(() -> "by the serde: " + Arrays.toString(bytes))
                    .isInstanceOf(SerializationException.class);
        }
    }

    private void assertThatIsReadOrCannotBe(Topic<?> topic, byte[] bytes) {
        var deserializer = serdes.of(topic).deserializer();
        for (var thrown : Arrays.asList(
                catchThrowable(() -> serdes.read(topic, bytes)),
                catchThrowable(() -> deserializer.deserialize(topic.name(), bytes)))) {
            if (thrown != null) {
                assertThat(thrown).as(() -> Arrays.toString(bytes)).isInstanceOf(SerializationException.class);
            }
        }
    }

    private <V extends SpecificRecord> byte[] write(Topic<V> topic) {
        return serdes.write(topic, Events.some(topic.type(), new Random(5)));
    }

    private static FreshToken aToken() {
        return FreshToken.newBuilder()
                .setConnectionId("connection-1")
                .setPlatform("facebook")
                .setVersion(3)
                .setSealedAccessToken(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                .setIssuedAt(Instant.parse("2026-01-01T00:00:00Z"))
                .build();
    }
}
