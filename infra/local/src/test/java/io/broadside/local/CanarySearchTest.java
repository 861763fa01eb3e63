package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A search that finds nothing proves nothing unless it can find. */
class CanarySearchTest {

    private static final String SECRET = "canary+5f1c/9e~7b";

    private final CanarySearch search = new CanarySearch(List.of(SECRET));

    @Test
    void findsASecretHoweverItIsWritten() {
        // Given
        var bytes = SECRET.getBytes(UTF_8);
        var written = List.of(
                "token=" + SECRET + ";",
                "token=" + URLEncoder.encode(SECRET, UTF_8),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes),
                Base64.getEncoder().encodeToString(bytes),
                Base64.getUrlEncoder().encodeToString(bytes));
        // When
        written.forEach(text -> search.in(text, text));
        search.in("UTF-16", SECRET.getBytes(UTF_16LE));
        // Then
        assertThat(search.hits()).hasSizeGreaterThanOrEqualTo(written.size() + 1);
        assertThat(written).allSatisfy(text -> assertThat(search.hits()).anyMatch(hit -> hit.startsWith(text)));
    }

    @Test
    void findsASecretAmidSomethingThatWasEncodedAsAWhole() {
        for (var before : List.of("", "i", "id", "id:", "id:4")) {
            for (var after : List.of("", "!", "!!", "!!!")) {
                var text = Base64.getEncoder().encodeToString((before + SECRET + after).getBytes(UTF_8));
                var alone = new CanarySearch(List.of(SECRET));
                alone.in("here", text);
                assertThat(alone.hits()).as(before + "..." + after).isNotEmpty();
            }
        }
    }

    @Test
    void findsNothingWhereNothingIs() {
        // When
        search.in("here", "canary+5f1c/9e~7a " + Base64.getEncoder().encodeToString("canary".getBytes(UTF_8)));
        // Then
        assertThat(search.hits()).isEmpty();
    }
}
