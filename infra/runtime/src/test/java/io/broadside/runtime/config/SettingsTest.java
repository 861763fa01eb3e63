package io.broadside.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final Setting PORT = Setting.of("PORT", "8080", "Where it listens.");
    private static final Setting BROKERS = Setting.required("BROKERS", "Where Kafka is.");
    private static final Setting OWNER = Setting.optional("OWNER", "Whose it is.");
    private static final Setting PASSWORD = Setting.optional("PASSWORD", "What opens it.");

    @TempDir
    Path directory;

    @Test
    void theFallbackHoldsWhereNothingIsSet() {
        // When
        var port = Settings.from(Map.of()).integer(PORT, 0, 65_535);

        // Then
        assertThat(port).isEqualTo(8080);
    }

    @Test
    void theEnvironmentWinsOverThePropertiesFile() throws IOException {
        // Given
        var file =
                Files.writeString(directory.resolve("broadside.properties"), "PORT=1\nOWNER=Zoë\nBROKERS=filed:9092\n");

        // When
        var settings = Settings.from(Map.of("BROADSIDE_CONFIG", file.toString(), "PORT", "2", "BROKERS", "  "));

        // Then
        assertThat(settings.text(PORT)).isEqualTo("2");
        assertThat(settings.optionalText(OWNER)).contains("Zoë");
        assertThat(settings.text(BROKERS)).as("a blank value is no value").isEqualTo("filed:9092");
    }

    @Test
    void aMisspeltPropertiesFileIsAnErrorWithItsName() {
        assertThatThrownBy(() -> Settings.from(Map.of("BROADSIDE_CONFIG", "/nowhere/broadside.propertys")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("BROADSIDE_CONFIG: a readable properties file needed, was /nowhere/broadside.propertys");
    }

    @Test
    void aRequiredSettingThatIsMissingIsNamedAndExplained() {
        assertThatThrownBy(() -> Settings.from(Map.of()).text(BROKERS))
                .isInstanceOf(ConfigException.class)
                .hasMessage("BROKERS: a value needed, was not set. Where Kafka is.");
    }

    @Test
    void anOptionalSettingMayBeAbsent() {
        // When
        var settings = Settings.from(Map.of());

        // Then
        assertThat(settings.optionalText(OWNER)).isEmpty();
        assertThat(settings.optionalPath(OWNER)).isEmpty();
        assertThat(settings.optionalSecret(PASSWORD)).isEmpty();
        assertThat(settings.list(OWNER)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "11", "ten", "1.5", "99999999999"})
    void aNumberOutOfItsBoundsIsRefusedWithTheRule(String value) {
        assertThatThrownBy(() -> Settings.from(Map.of("PORT", value)).integer(PORT, 1, 10))
                .isInstanceOf(ConfigException.class)
                .hasMessage("PORT: a whole number from 1 to 10 needed, was " + value);
    }

    @ParameterizedTest
    @CsvSource({"250ms,PT0.25S", "10s,PT10S", "2m,PT2M", "1h,PT1H", "7d,PT168H", "0s,PT0S", "PT1.5S,PT1.5S", "P1D,PT24H"
    })
    void readsTimeSpansAsPeopleWriteThem(String text, Duration expected) {
        // When
        var read = Settings.from(Map.of("PORT", text)).duration(PORT);

        // Then
        assertThat(read).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "ten seconds", "-5s", "PT-5S", "999999999999999999d", "1w"})
    void refusesWhatIsNoTimeSpan(String text) {
        assertThatThrownBy(() -> Settings.from(Map.of("PORT", text)).duration(PORT))
                .isInstanceOf(ConfigException.class)
                .hasMessage("PORT: a time span such as 250ms, 10s, 2m, 1h, 7d or PT1.5S needed, was " + text);
    }

    @Test
    void readsUrisFlagsPathsAndLists() {
        // When
        var settings =
                Settings.from(Map.of("OWNER", "https://example.org/a", "PORT", "TRUE", "BROKERS", " a:1, b:2 ,,"));

        // Then
        assertThat(settings.uri(OWNER)).isEqualTo(URI.create("https://example.org/a"));
        assertThat(settings.flag(PORT)).isTrue();
        assertThat(settings.list(BROKERS)).containsExactly("a:1", "b:2");
        assertThat(settings.path(BROKERS)).isEqualTo(Path.of("a:1, b:2 ,,"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "/path", "http://exa mple.org"})
    void refusesWhatIsNoAbsoluteUri(String text) {
        assertThatThrownBy(() -> Settings.from(Map.of("OWNER", text)).uri(OWNER))
                .isInstanceOf(ConfigException.class)
                .hasMessage("OWNER: an absolute URI needed, was " + text);
    }

    @Test
    void refusesAFlagThatIsNeitherTrueNorFalse() {
        assertThatThrownBy(() -> Settings.from(Map.of("PORT", "yes")).flag(PORT))
                .isInstanceOf(ConfigException.class)
                .hasMessage("PORT: true or false needed, was yes");
    }

    @Test
    void aListOfNothingButCommasIsAMissingValue() {
        assertThatThrownBy(() -> Settings.from(Map.of("BROKERS", ", ,")).list(BROKERS))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("BROKERS: a value needed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pass word", "pass word\n", "pass word\r\n"})
    void aSecretComesFromAFileWithoutTheLineEnd(String content) throws IOException {
        // Given
        var file = Files.writeString(directory.resolve("password"), content);

        // When
        var secret = Settings.from(Map.of("PASSWORD_FILE", file.toString())).secret(PASSWORD);

        // Then
        assertThat(secret.reveal()).isEqualTo("pass word");
    }

    @Test
    void aSecretInTheEnvironmentWinsOverOneThatThePropertiesFileNames() throws IOException {
        // Given
        var filed = Files.writeString(directory.resolve("password"), "filed");
        var file = Files.writeString(directory.resolve("broadside.properties"), "PASSWORD_FILE=" + filed + "\n");

        // When
        var secret = Settings.from(Map.of("BROADSIDE_CONFIG", file.toString(), "PASSWORD", "given"))
                .secret(PASSWORD);

        // Then
        assertThat(secret).isEqualTo(Secret.of("given"));
    }

    @Test
    void aSecretGivenInTwoWaysAtOnceIsAnErrorThatShowsNeither() {
        assertThatThrownBy(() -> Settings.from(Map.of("PASSWORD", "hunter2", "PASSWORD_FILE", "/run/hunter2"))
                        .secret(PASSWORD))
                .isInstanceOf(ConfigException.class)
                .hasMessage("PASSWORD: either it or PASSWORD_FILE needed, was given both");
    }

    @Test
    void aSecretFileThatIsMissingOrEmptyIsAnErrorWithItsPath() throws IOException {
        // Given
        var empty = Files.writeString(directory.resolve("empty"), "\n");

        // Then
        assertThatThrownBy(() -> Settings.from(Map.of("PASSWORD_FILE", "/nowhere/password"))
                        .secret(PASSWORD))
                .isInstanceOf(ConfigException.class)
                .hasMessage("PASSWORD_FILE: a readable text file needed, was /nowhere/password");
        assertThatThrownBy(() ->
                        Settings.from(Map.of("PASSWORD_FILE", empty.toString())).secret(PASSWORD))
                .isInstanceOf(ConfigException.class)
                .hasMessage("PASSWORD_FILE: a file with a secret in it needed, was " + empty + ", which holds nothing");
    }

    @Test
    void aSettingIsEitherDefaultedOrWithoutFallback() {
        assertThatThrownBy(() -> Setting.of("PORT", " ", "Where it listens."))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
