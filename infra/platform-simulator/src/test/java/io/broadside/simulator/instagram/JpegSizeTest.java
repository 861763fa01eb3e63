package io.broadside.simulator.instagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JpegSizeTest {
    @ParameterizedTest
    @CsvSource({"400, 500, true", "399, 500, false", "191, 100, true", "192, 100, false", "1080, 1080, true"})
    void knowsWhatTheFeedTakes(int width, int height, boolean isTaken) throws IOException {
        // When
        var size = JpegSize.of(jpeg(width, height));
        // Then
        assertThat(size).contains(new JpegSize(width, height));
        assertThat(size.orElseThrow().isForTheFeed()).isEqualTo(isTaken);
    }

    @Test
    void knowsNothingOfWhatIsCutShortOrNone() throws IOException {
        assertThat(JpegSize.of(jpeg(10, 10).slice(0, 20))).isEmpty();
        assertThat(JpegSize.of(Buffer.buffer("no picture, only some words"))).isEmpty();
    }

    private static Buffer jpeg(int width, int height) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpg", bytes);
        return Buffer.buffer(bytes.toByteArray());
    }
}
