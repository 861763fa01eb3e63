package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.token.platform.PlatformJson;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** The one thing that is read of a session's tokens: answers do not say when they end, but the tokens do. */
final class Jwt {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Jwt() {}

    /** When a token ends; empty if it does not say. */
    static Optional<Instant> expiry(String token) {
        var parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            return PlatformJson.moment(JSON.readTree(Base64.getUrlDecoder().decode(parts[1])), "exp");
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** How long it still lives. */
    static Optional<Duration> life(String token, Instant now) {
        return expiry(token).map(end -> Duration.between(now, end)).filter(Duration::isPositive);
    }
}
