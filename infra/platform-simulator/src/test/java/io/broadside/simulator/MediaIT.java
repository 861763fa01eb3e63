package io.broadside.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.http.Fingerprint;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaIT {
    private static final int MEBIBYTE = 1024 * 1024;

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        http.shutdownNow();
        simulator.close();
    }

    @ParameterizedTest
    @CsvSource({
        "sample.jpg, image/jpeg",
        "sample.png, image/png",
        "sample.gif, image/gif",
        "sample.mp4, video/mp4",
        "sample.pdf, application/pdf"
    })
    void servesSmallSamples(String name, String type) throws Exception {
        // When
        var answer = get(name);
        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo(type);
        assertThat(header(answer, "Content-Length")).isEqualTo(Integer.toString(answer.body().length));
        assertThat(header(answer, "ETag")).matches("\"[0-9a-f]+-[0-9a-f]+\"");
    }

    @Test
    void servesAnAnimatedGif() throws Exception {
        // Given
        var reader = ImageIO.getImageReadersByFormatName("gif").next();
        // When
        reader.setInput(ImageIO.createImageInputStream(
                new ByteArrayInputStream(get("sample.gif").body())));
        // Then
        assertThat(reader.getNumImages(true)).isEqualTo(3);
    }

    @Test
    void servesADocumentWhoseTablePointsAtItsObjects() throws Exception {
        // When
        var text = new String(get("sample.pdf").body(), StandardCharsets.US_ASCII);
        // Then
        var table = text.substring(text.indexOf("xref\n0 "));
        assertThat(text).contains("startxref\n" + text.indexOf("xref\n0 ") + "\n%%EOF");
        var lines = table.lines().skip(3).limit(9).toList();
        for (int i = 0; i < lines.size(); i++) {
            int place = Integer.parseInt(lines.get(i).substring(0, 10));
            assertThat(text.substring(place)).startsWith((i + 1) + " 0 obj\n");
        }
    }

    @Test
    void servesAVideoOfAnyLength() throws Exception {
        // When
        var video = get("video-3MB.mp4");
        var again = get("video-3MB.mp4");
        var other = get("video-3MB.mp4?v=2");
        // Then
        assertThat(video.body()).hasSize(3 * MEBIBYTE).isEqualTo(again.body());
        assertThat(new String(video.body(), 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ftyp");
        assertThat(header(again, "ETag")).isEqualTo(header(video, "ETag"));
        assertThat(header(other, "ETag")).isNotEqualTo(header(video, "ETag"));
        assertThat(Fingerprint.EMPTY.plus(other.body())).isNotEqualTo(Fingerprint.EMPTY.plus(video.body()));
        assertThat(get("video-0MB.mp4").statusCode()).isEqualTo(404);
        assertThat(get("video-4001MB.mp4").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=100-1048675, 100, 1048676",
        "bytes=65536-, 65536, 2097152",
        "bytes=-10, 2097142, 2097152",
        "bytes=2097151-9999999, 2097151, 2097152"
    })
    void servesParts(String range, int start, int end) throws Exception {
        // Given
        var whole = get("video-2MB.mp4").body();
        // When
        var part = http.send(request("video-2MB.mp4").header("Range", range).build(), BodyHandlers.ofByteArray());
        // Then
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(header(part, "Content-Range")).isEqualTo("bytes " + start + "-" + (end - 1) + "/2097152");
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole, start, end));
    }

    @Test
    void servesNoPartOfAnotherVersionAndNoneBehindTheEnd() throws Exception {
        // When
        var other = http.send(
                request("sample.mp4")
                        .header("Range", "bytes=1-2")
                        .header("If-Range", "\"other\"")
                        .build(),
                BodyHandlers.ofByteArray());
        var behind = http.send(
                request("video-1MB.mp4").header("Range", "bytes=1048576-").build(), BodyHandlers.ofByteArray());
        // Then
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(behind.statusCode()).isEqualTo(416);
        assertThat(header(behind, "Content-Range")).isEqualTo("bytes */1048576");
    }

    @Test
    void tellsTheLengthWithoutTheContent() throws Exception {
        // When
        var answer = http.send(
                request("video-4000MB.mp4")
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofByteArray());
        // Then
        assertThat(header(answer, "Content-Length")).isEqualTo(Long.toString(4000L * MEBIBYTE));
        assertThat(answer.body()).isEmpty();
    }

    private HttpResponse<byte[]> get(String name) throws Exception {
        return http.send(request(name).build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request(String name) {
        return HttpRequest.newBuilder(simulator.uri().resolve("/media/" + name));
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
