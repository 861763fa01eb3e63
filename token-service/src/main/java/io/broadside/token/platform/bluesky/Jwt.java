package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** The one thing that is read of a session's tokens: answers do not say when they end, but the tokens do. */
final class Jwt {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** In seconds. What is said to end later does not say when it ends. */
    private static final long YEAR_10000 = 253_402_300_800L;

    private Jwt() {}

    /** When a token ends; empty if it does not say. */
    static Optional<Instant> expiry(String token) {
        var parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            var seconds = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]))
                    .path("exp")
                    .asLong(0);
            return seconds > 0 && seconds < YEAR_10000 ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** How long it still lives. */
    static Optional<Duration> life(String token, Instant now) {
        return expiry(token).map(end -> Duration.between(now, end)).filter(Duration::isPositive);
    }
}
