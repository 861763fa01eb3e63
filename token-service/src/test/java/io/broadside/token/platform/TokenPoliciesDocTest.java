package io.broadside.token.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/tokens.md says of each platform which errors of a renewal end a connection, as the policies do. */
class TokenPoliciesDocTest {

    private static final Path FILE = Path.of("../docs/tokens.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]\\w*) \\| ends it: ([^|]*) \\|");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @Test
    void theTableHasTheCodesOfEveryPolicy() throws IOException {
        // Given
        var platforms = TokenPlatforms.all(
                TokenPlatforms.Config.from(Settings.from(Map.of())), new ScriptedCalls(), Clock.systemUTC());
        var written = ROW.matcher(Files.readString(FILE))
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1),
                        row -> CODE.matcher(row.group(2))
                                .results()
                                .map(code -> code.group(1))
                                .collect(Collectors.toUnmodifiableSet())));
        // When
        var known = platforms.ids().stream()
                .map(id -> platforms.find(id).orElseThrow())
                .collect(Collectors.toMap(
                        TokenPlatform::title, platform -> platform.policy().deadCodes()));
        // Then
        assertThat(written).isEqualTo(known);
    }
}
