package io.broadside.publisher.platform.linkedin;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.linkedin.VideoParts.Part;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VideoPartsTest {

    private static final LinkedInConfig CONFIG = LinkedInConfig.from(Settings.from(Map.of()));
    private static final String ADDRESS = "https://www.linkedin.com/dms-uploads/";

    @Test
    void areTakenFromInstructions() {
        var parts = in(
                5_000_000,
                "{\"uploadUrl\":\"" + ADDRESS + "1\",\"firstByte\":0,\"lastByte\":4194303}," + "{\"uploadUrl\":\""
                        + ADDRESS + "2\",\"firstByte\":4194304,\"lastByte\":4999999}");
        assertThat(parts)
                .contains(new VideoParts(
                        "token",
                        List.of(
                                new Part(URI.create(ADDRESS + "1"), 0, 4_194_303),
                                new Part(URI.create(ADDRESS + "2"), 4_194_304, 4_999_999)),
                        List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"uploadUrl\":\"" + ADDRESS + "1\",\"firstByte\":0,\"lastByte\":8}",
                "{\"uploadUrl\":\"" + ADDRESS + "1\",\"firstByte\":1,\"lastByte\":9}",
                "{\"uploadUrl\":\"" + ADDRESS + "1\",\"firstByte\":0,\"lastByte\":10}",
                "{\"uploadUrl\":\"" + ADDRESS + "1\",\"firstByte\":0}",
                "{\"uploadUrl\":\"" + ADDRESS + "1\",\"firstByte\":0,\"lastByte\":4}," + "{\"uploadUrl\":\"" + ADDRESS
                        + "2\",\"firstByte\":6,\"lastByte\":9}",
                "{\"firstByte\":0,\"lastByte\":9}",
                "{\"uploadUrl\":\"http://www.linkedin.com/1\",\"firstByte\":0,\"lastByte\":9}",
                "{\"uploadUrl\":\"https://linkedin.com.example.org/1\",\"firstByte\":0,\"lastByte\":9}",
                "{\"uploadUrl\":\"https://www.linkedin.com@example.org/1\",\"firstByte\":0,\"lastByte\":9}",
                "{\"uploadUrl\":\"https://169.254.169.254/1\",\"firstByte\":0,\"lastByte\":9}",
            })
    void mustCoverTheFileAndStayWithLinkedIn(String instructions) {
        assertThat(in(10, instructions)).isEmpty();
    }

    @Test
    void surviveBeingWritten() {
        var parts = in(10, "{\"uploadUrl\":\"" + ADDRESS + "1?a=b&c=d\",\"firstByte\":0,\"lastByte\":9}")
                .orElseThrow()
                .with("/ambry-video/signedId/AQ");
        assertThat(VideoParts.read(parts.written())).contains(parts);
        assertThat(parts.areAllTaken()).isTrue();
        assertThat(parts.toString()).doesNotContain("linkedin.com").doesNotContain("AQ");
    }

    @ParameterizedTest
    @CsvSource({"'\"e1\"', e1", "e1, e1", "'W/\"e1\"', e1", "/ambry-video/a, /ambry-video/a", "'\"', '\"'"})
    void areNamedWithoutQuotes(String etag, String name) {
        assertThat(VideoParts.nameIn(Optional.of(etag))).contains(name);
    }

    @Test
    void haveNoEmptyNames() {
        assertThat(VideoParts.nameIn(Optional.empty())).isEmpty();
        assertThat(VideoParts.nameIn(Optional.of("\"\""))).isEmpty();
    }

    private static Optional<VideoParts> in(long size, String instructions) {
        var value = AnswerJson.objectIn("{\"uploadToken\":\"token\",\"uploadInstructions\":[" + instructions + "]}")
                .orElseThrow();
        return VideoParts.in(value, size, CONFIG);
    }
}
