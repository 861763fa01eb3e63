package io.broadside.token.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads a {@link PasteRequest} and finds everything that is wrong with it at once. */
final class PasteReader {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Set<String> FIELDS = Set.of(
            "profileId",
            "platform",
            "accessToken",
            "refreshToken",
            "expiresInSeconds",
            "accountId",
            "accountName",
            "server",
            "verify");

    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,128}");
    /** None begins with a brace: that is how those begin that are sealed with what goes with them, and nobody hands such over. */
    private static final Pattern TOKEN = Pattern.compile("(?!\\{)[\\x21-\\x7e]{1,4096}");

    private static final String TOKEN_RULE =
            "must be 1 to 4096 visible ASCII characters, no blanks, and not begin with a brace";

    private static final int LONGEST_NAME = 256;
    private static final long LONGEST_LIFE_SECONDS = Duration.ofDays(3650).toSeconds();

    private final TokenPlatforms platforms;
    private final boolean inspectsByDefault;

    /** What a body came to. */
    sealed interface Read {
        record Good(PasteRequest request) implements Read {}

        record Faulty(List<FieldFault> faults) implements Read {}

        /** No JSON object. The message is one sentence without anything of the body, which may hold a token. */
        record Unreadable(String message) implements Read {}
    }

    PasteReader(TokenPlatforms platforms, boolean inspectsByDefault) {
        this.platforms = platforms;
        this.inspectsByDefault = inspectsByDefault;
    }

    Read read(String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            // The parser's own message quotes what it could not read.
            var at = e.getLocation();
            return new Read.Unreadable("The body is not JSON"
                    + (at == null ? "." : "; look at line " + at.getLineNr() + ", column " + at.getColumnNr() + "."));
        }
        if (json == null || !json.isObject()) {
            return new Read.Unreadable("The body must be one JSON object.");
        }
        return new Fields(json).read();
    }

    /** The fields of one body, and what is wrong with them so far. */
    private final class Fields {
        private final JsonNode json;
        private final List<FieldFault> faults = new ArrayList<>();

        Fields(JsonNode json) {
            this.json = json;
        }

        Read read() {
            json.fieldNames().forEachRemaining(name -> {
                if (!FIELDS.contains(name)) {
                    fault(shortened(name), "unknownField", "There is no such field; known are " + sorted(FIELDS) + ".");
                }
            });
            var profileId = required("profileId", matching(ID), "must be 1 to 128 visible ASCII characters, no blanks");
            var platformId =
                    required("platform", id -> platforms.find(id).isPresent(), "must be one of " + platforms.ids());
            var accessToken = required("accessToken", matching(TOKEN), TOKEN_RULE);
            var refreshToken = optional("refreshToken", matching(TOKEN), TOKEN_RULE);
            var accountId = optional("accountId", matching(ID), "must be 1 to 128 visible ASCII characters, no blanks");
            var accountName = optional(
                    "accountName",
                    name -> !name.isBlank() && name.length() <= LONGEST_NAME,
                    "must be 1 to " + LONGEST_NAME + " characters");
            var server = optional("server", PasteReader::isServer, "must be an https address, without path and query");
            var expiresIn = seconds();
            var isInspected = flag();
            platformId.flatMap(platforms::find).ifPresent(platform -> fits(platform, refreshToken, expiresIn, server));
            names(isInspected, accountId, accountName);
            if (!faults.isEmpty() || profileId.isEmpty() || platformId.isEmpty() || accessToken.isEmpty()) {
                return new Read.Faulty(List.copyOf(faults));
            }
            return new Read.Good(new PasteRequest(
                    profileId.get(),
                    platformId.get(),
                    Secret.of(accessToken.get()),
                    refreshToken.map(Secret::of),
                    expiresIn,
                    accountId,
                    accountName,
                    server,
                    isInspected));
        }

        private void fits(
                TokenPlatform platform,
                Optional<String> refreshToken,
                Optional<Duration> expiresIn,
                Optional<String> server) {
            if (server.isPresent() && !platform.hasServers()) {
                fault("server", "notUsed", platform.title() + " is one place; leave it out.");
            }
            server.filter(_ -> platform.hasServers())
                    .flatMap(platform::faultOfServer)
                    .ifPresent(sentence -> fault("server", "publicServer", sentence));
            if (refreshToken.isPresent() && !platform.policy().usesRefreshTokens()) {
                fault("refreshToken", "notUsed", platform.title() + " has no refresh tokens; leave it out.");
            }
            if (refreshToken.isEmpty() && expiresIn.filter(Duration::isZero).isPresent()) {
                fault(
                        "expiresInSeconds",
                        "expired",
                        "A token that has ended is of no use without a refresh token; get a new one.");
            }
        }

        private void names(boolean isInspected, Optional<String> accountId, Optional<String> accountName) {
            if (isInspected && accountName.isPresent()) {
                fault(
                        "accountName",
                        "notUsed",
                        "The name is learnt from the platform; leave it out, or send verify=false.");
            }
            if (!isInspected && accountId.isEmpty() && isAbsent("accountId")) {
                fault("accountId", "required", "With verify=false the platform is not asked: name the account's id.");
            }
            if (!isInspected && accountName.isEmpty() && isAbsent("accountName")) {
                fault("accountName", "required", "With verify=false the platform is not asked: name the account.");
            }
        }

        private Optional<String> required(String name, Predicate<String> rule, String sentence) {
            if (isAbsent(name)) {
                fault(name, "required", "The field is needed and " + sentence + ".");
                return Optional.empty();
            }
            return optional(name, rule, sentence);
        }

        private Optional<String> optional(String name, Predicate<String> rule, String sentence) {
            var node = json.path(name);
            if (isAbsent(name)) {
                return Optional.empty();
            }
            if (!node.isTextual() || !rule.test(node.asText())) {
                fault(
                        name,
                        node.isTextual() ? "value" : "type",
                        "The field " + sentence + (node.isTextual() ? "." : ", as a JSON string."));
                return Optional.empty();
            }
            return Optional.of(node.asText());
        }

        private Optional<Duration> seconds() {
            var node = json.path("expiresInSeconds");
            if (isAbsent("expiresInSeconds")) {
                return Optional.empty();
            }
            if (!node.isIntegralNumber()
                    || !node.canConvertToLong()
                    || node.asLong() < 0
                    || node.asLong() > LONGEST_LIFE_SECONDS) {
                fault(
                        "expiresInSeconds",
                        "value",
                        "The field must be a whole number of seconds from 0 to " + LONGEST_LIFE_SECONDS
                                + "; leave it out if the token has no end or it is not known.");
                return Optional.empty();
            }
            return Optional.of(Duration.ofSeconds(node.asLong()));
        }

        private boolean flag() {
            var node = json.path("verify");
            if (!isAbsent("verify") && !node.isBoolean()) {
                fault("verify", "type", "The field must be true or false.");
            }
            return node.isBoolean() ? node.asBoolean() : inspectsByDefault;
        }

        private boolean isAbsent(String name) {
            return json.path(name).isMissingNode() || json.path(name).isNull();
        }

        private void fault(String field, String rule, String message) {
            faults.add(new FieldFault(field, rule, message));
        }
    }

    private static Predicate<String> matching(Pattern pattern) {
        return text -> pattern.matcher(text).matches();
    }

    /** Whether it may be called is for the platform to say, which knows where its own tests run. */
    private static boolean isServer(String text) {
        return text.matches("https?://[A-Za-z0-9.:\\[\\]-]{1,253}/?");
    }

    /** A name that nobody knows may be a token in the wrong place: only so much of it as shows which field is meant. */
    private static String shortened(String name) {
        var most = 20;
        return name.length() <= most ? name : name.substring(0, 4) + "...";
    }

    private static String sorted(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }
}
