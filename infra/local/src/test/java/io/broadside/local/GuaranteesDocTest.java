package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A promise whose test was renamed or removed would go on being made. */
class GuaranteesDocTest {

    private static final Path ROOT = Path.of("../..");
    private static final Pattern NAMED = Pattern.compile("`([A-Z][a-z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

    @Test
    void everyTestThatTheGuaranteesNameIsThere() throws IOException {
        // Given
        var tests = testSources();
        var named = NAMED.matcher(Files.readString(ROOT.resolve("docs/guarantees.md")));
        // Then
        assertThat(named.results())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(tests)
                        .hasEntrySatisfying(
                                name.group(1),
                                source -> assertThat(source)
                                        .contains(name.group(2) == null ? name.group(1) : name.group(2) + "(")));
    }

    private static Map<String, String> testSources() throws IOException {
        try (var files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().contains("src/test/java"))
                    .filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            GuaranteesDocTest::read,
                            (one, _) -> one));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
