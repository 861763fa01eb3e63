package io.broadside.simulator.media;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;

/** Pictures of a blue slope. */
final class Pictures {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 200;
    private static final int FRAMES = 3;

    private Pictures() {}

    static byte[] still(String format) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(draw(30), format, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A GIF of some frames. */
    static byte[] moving() {
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int frame = 0; frame < FRAMES; frame++) {
                writer.writeToSequence(new IIOImage(draw(30 + 30 * frame), null, null), writer.getDefaultWriteParam());
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage draw(int red) {
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.setRGB(x, y, new Color(red + x / 3, 60 + y / 2, 160).getRGB());
            }
        }
        return image;
    }
}
