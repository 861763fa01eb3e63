package io.broadside.token.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignIns;
import io.broadside.token.signin.ConnectLinks.Link;
import io.broadside.token.signin.ReturnUrls;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads what a connect link is asked for with. A field that nobody knows, or of another type, is refused: a link must not be good for
 * more than was meant, and for longer.
 */
final class LinkReader {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String PROFILE = "profileId";
    private static final String PLATFORMS = "platforms";
    private static final String LIFE = "expiresInSeconds";
    private static final String RETURN = "returnUrl";
    private static final Set<String> FIELDS = Set.of(PROFILE, PLATFORMS, LIFE, RETURN);

    private static final Duration USUAL = Duration.ofDays(1);
    private static final long SHORTEST = Duration.ofMinutes(1).toSeconds();
    private static final long LONGEST = Duration.ofDays(30).toSeconds();

    private final SignIns ways;
    private final ReturnUrls returnUrls;

    LinkReader(SignIns ways, ReturnUrls returnUrls) {
        this.ways = ways;
        this.returnUrls = returnUrls;
    }

    /** What a body came to. */
    sealed interface Read {
        record Good(Link link, Duration lives) implements Read {}

        /**
         * Not to be had as it is.
         *
         * @param sentence what is wrong, for a person
         */
        record Faulty(String sentence) implements Read {}

        /** No JSON object. */
        record Unreadable() implements Read {}
    }

    Read read(String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException _) {
            return new Read.Unreadable();
        }
        if (json == null || !json.isObject()) {
            return new Read.Unreadable();
        }
        return Stream.of(
                        unknownField(json),
                        faultOfProfile(json),
                        faultOfPlatforms(json),
                        faultOfLife(json),
                        faultOfReturn(json))
                .flatMap(Optional::stream)
                .findFirst()
                .<Read>map(Read.Faulty::new)
                .orElseGet(() -> good(json));
    }

    private Read good(JsonNode json) {
        var link = new Link(
                json.path(PROFILE).asText(),
                platforms(json),
                Optional.of(json.path(RETURN).asText("")).flatMap(returnUrls::admitted));
        return new Read.Good(
                link, json.has(LIFE) ? Duration.ofSeconds(json.path(LIFE).asLong()) : USUAL);
    }

    private static Optional<String> unknownField(JsonNode json) {
        Iterable<String> names = json::fieldNames;
        return StreamSupport.stream(names.spliterator(), false)
                .filter(name -> !FIELDS.contains(name))
                .map(name -> shortened(name) + ": there is no such field; known are "
                        + String.join(", ", FIELDS.stream().sorted().toList()) + ".")
                .findFirst();
    }

    private static Optional<String> faultOfProfile(JsonNode json) {
        var node = json.path(PROFILE);
        return fault(
                node.isTextual() && node.asText().matches("[\\x21-\\x7e]{1,128}"),
                "profileId: 1 to 128 visible ASCII characters, no blanks, are needed, as a JSON string.");
    }

    private Optional<String> faultOfPlatforms(JsonNode json) {
        var node = json.path(PLATFORMS);
        var known = known();
        var isList = !json.has(PLATFORMS)
                || (node.isArray()
                        && !node.isEmpty()
                        && StreamSupport.stream(node.spliterator(), false)
                                .allMatch(platform -> platform.isTextual() && known.contains(platform.asText())));
        if (!isList) {
            return Optional.of("platforms: a list of some of " + String.join(", ", known) + " is needed.");
        }
        var platforms = platforms(json);
        return fault(
                platforms.stream().anyMatch(this::isSetUp),
                "platforms: nobody can sign in on " + String.join(", ", platforms)
                        + " here, whoever opened the link could do nothing with it. See docs/tokens.md for the settings.");
    }

    private static Optional<String> faultOfLife(JsonNode json) {
        var node = json.path(LIFE);
        return fault(
                !json.has(LIFE)
                        || (node.isIntegralNumber()
                                && node.canConvertToLong()
                                && node.asLong() >= SHORTEST
                                && node.asLong() <= LONGEST),
                "expiresInSeconds: a whole number from " + SHORTEST + " to " + LONGEST + " is needed.");
    }

    private Optional<String> faultOfReturn(JsonNode json) {
        var node = json.path(RETURN);
        return fault(
                !json.has(RETURN)
                        || (node.isTextual()
                                && returnUrls.admitted(node.asText()).isPresent()),
                "returnUrl: not among the addresses that may be returned to (TOKEN_RETURN_URLS).");
    }

    private static Optional<String> fault(boolean isGood, String sentence) {
        return isGood ? Optional.empty() : Optional.of(sentence);
    }

    /** Those that were named, each once; all if none was. */
    private List<String> platforms(JsonNode json) {
        if (!json.has(PLATFORMS)) {
            return known();
        }
        var named = new LinkedHashSet<String>();
        json.path(PLATFORMS).forEach(platform -> named.add(platform.asText()));
        return List.copyOf(named);
    }

    private List<String> known() {
        return ways.all().stream().map(SignIn::platform).distinct().toList();
    }

    private boolean isSetUp(String platform) {
        return ways.of(platform).stream().anyMatch(way -> way.missingSettings().isEmpty());
    }

    private static String shortened(String name) {
        return name.length() <= 20 ? name : name.substring(0, 4) + "...";
    }
}
