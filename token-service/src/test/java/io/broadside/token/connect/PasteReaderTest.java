package io.broadside.token.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.testkit.SettableClock;
import io.broadside.token.connect.PasteReader.Read;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.TokenPlatforms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasteReaderTest {

    private static final TokenPlatforms PLATFORMS = TokenPlatforms.all(
            TokenPlatforms.Config.from(Settings.from(
                    Map.of("FACEBOOK_API_URI", "https://graph.example", "X_API_URI", "https://api.example"))),
            new ScriptedCalls(),
            new SettableClock());

    private final PasteReader reader = new PasteReader(PLATFORMS, true);

    @Test
    void readsARequest() {
        // When
        var read = reader.read("""
                {"profileId":"p-1","platform":"x","accessToken":"at","refreshToken":"rt","expiresInSeconds":7200}""");
        // Then
        assertThat(read)
                .isEqualTo(new Read.Good(new PasteRequest(
                        "p-1",
                        "x",
                        Secret.of("at"),
                        Optional.of(Secret.of("rt")),
                        Optional.of(Duration.ofHours(2)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        true)));
    }

    @Test
    void findsEverythingThatIsWrongAtOnce() {
        // When
        var read = reader.read("""
                {"profileId":"with blanks","platform":"myspace","refreshToken":7,"expiresInSeconds":-1,"verify":"no",\
                "acessToken":"oops"}""");
        // Then
        assertThat(rules(read))
                .containsExactlyInAnyOrder(
                        "acessToken unknownField",
                        "profileId value",
                        "platform value",
                        "accessToken required",
                        "refreshToken type",
                        "expiresInSeconds value",
                        "verify type");
    }

    @Test
    void aTokenThatIsNotShownToThePlatformNeedsItsAccountNamed() {
        // When
        var read = reader.read("{\"profileId\":\"p\",\"platform\":\"x\",\"accessToken\":\"at\",\"verify\":false}");
        // Then
        assertThat(rules(read)).containsExactlyInAnyOrder("accountId required", "accountName required");
    }

    @Test
    void aTokenThatHasEndedNeedsARefreshToken() {
        // When
        var read =
                reader.read("{\"profileId\":\"p\",\"platform\":\"x\",\"accessToken\":\"at\",\"expiresInSeconds\":0}");
        // Then
        assertThat(rules(read)).containsExactly("expiresInSeconds expired");
    }

    @Test
    void aPlatformWithoutRefreshTokensTakesNone() {
        // When
        var read = reader.read(
                "{\"profileId\":\"p\",\"platform\":\"facebook\",\"accessToken\":\"at\",\"refreshToken\":\"rt\"}");
        // Then
        assertThat(rules(read)).containsExactly("refreshToken notUsed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"line\\nbreak", "with blank", "", "\\u00e9", "{\\\"token\\\":1}"})
    void aTokenHoldsNothingThatCouldEndAHeader(String token) {
        // When
        var read = reader.read("{\"profileId\":\"p\",\"platform\":\"x\",\"accessToken\":\"" + token + "\"}");
        // Then
        assertThat(rules(read)).containsExactly("accessToken value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "\"secret-token\"", "{\"accessToken\": secret-token}", "{} secret-token"})
    void whatIsNoObjectIsSaidToBeNoneWithoutQuotingIt(String body) {
        // When
        var read = reader.read(body);
        // Then
        assertThat(read)
                .isInstanceOfSatisfying(
                        Read.Unreadable.class,
                        unreadable -> assertThat(unreadable.message()).doesNotContain("secret"));
    }

    @Test
    void aTokenInThePlaceOfAFieldNameIsNotShown() {
        // When
        var read = reader.read("{\"EAAGm0PX4ZCpsBAFsecretsecretsecret\":1}");
        // Then
        assertThat(read.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://pds.example.org", "https://pds.example.org:8443", "https://10.0.0.1"})
    void aServerThatMayNotBeCalledIsAFaultOfTheServer(String server) {
        // When
        var read = reader.read("""
                {"profileId":"p-1","platform":"bluesky","accessToken":"abcd-efgh-ijkl-mnop","accountId":"a.test",\
                "server":"%s"}""".formatted(server));
        // Then
        assertThat(rules(read)).containsExactly("server publicServer");
    }

    private static List<String> rules(Read read) {
        return switch (read) {
            case Read.Faulty(var faults) ->
                faults.stream().map(fault -> fault.field() + " " + fault.rule()).toList();
            case Read.Good good -> throw new AssertionError("read as good: " + good);
            case Read.Unreadable(var message) -> throw new AssertionError(message);
        };
    }
}
