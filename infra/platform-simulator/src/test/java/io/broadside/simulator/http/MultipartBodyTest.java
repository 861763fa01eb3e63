package io.broadside.simulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.http.Request.Body;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartBodyTest {

    private static final String TYPE = "multipart/form-data; boundary=cut";
    private static final int KEPT = 1024;

    @Test
    void readsFieldsAndFiles() {
        // When
        var body = parse("""
                --cut
                Content-Disposition: form-data; name="caption"
                Content-Type: text/plain; charset=utf-8

                Zwölf Brötchen
                --cut
                Content-Disposition: form-data; name="source"; filename="a.jpg"
                Content-Type: image/jpeg

                JPEG
                --cut--
                """);
        // Then
        assertThat(body.fields()).containsOnlyKeys("caption").containsEntry("caption", "Zwölf Brötchen");
        assertThat(body.files()).containsOnlyKeys("source");
        var file = Objects.requireNonNull(body.files().get("source"));
        assertThat(file.filename()).isEqualTo("a.jpg");
        assertThat(file.contentType()).isEqualTo("image/jpeg");
        assertThat(file.medium()).isEqualTo(Medium.of("JPEG".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r", "\n", "\r\n", "\r\n\r\n", "x--cut--", "\r\n--cu", "\r\n--", "tail\r"})
    void aFileMayHoldWhateverIsNoBoundary(String content) {
        // When
        var body = MultipartBody.parse(
                ("--cut\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\n" + content
                                + "\r\n--cut--\r\n")
                        .getBytes(ISO_8859_1),
                TYPE,
                KEPT);
        // Then
        assertThat(body.files().values())
                .extracting(Body.FilePart::medium)
                .containsExactly(Medium.of(content.getBytes(ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--cut",
                "--cut--\r\n",
                "--cut\r\n\r\n",
                "--cut\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nvalue"
            })
    void whatIsNotWholeIsLeftOut(String text) {
        // When
        var body = MultipartBody.parse(text.getBytes(ISO_8859_1), TYPE, KEPT);
        // Then
        assertThat(body.fields()).isEmpty();
        assertThat(body.files()).isEmpty();
    }

    private static Body.Multipart parse(String text) {
        return MultipartBody.parse(text.replace("\n", "\r\n").getBytes(UTF_8), TYPE, KEPT);
    }
}
