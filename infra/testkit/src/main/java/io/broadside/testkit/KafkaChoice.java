package io.broadside.testkit;

import java.util.Locale;
import java.util.Optional;

/** Which Kafka the tests run on, as the environment variable says. */
enum KafkaChoice {
    /** Docker where it answers and has the image, the embedded broker otherwise. */
    AUTO,
    EMBEDDED,
    DOCKER;

    static final String VARIABLE = "BROADSIDE_TEST_KAFKA";

    static KafkaChoice parse(Optional<String> value) {
        var name = value.map(String::strip).orElse("").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "auto" -> AUTO;
            case "embedded" -> EMBEDDED;
            case "docker" -> DOCKER;
            default ->
                throw new IllegalArgumentException(VARIABLE + ": embedded, docker or auto needed, was '" + name + "'");
        };
    }
}
