package io.broadside.simulator;

import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.vertx.core.Future;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import javax.imageio.ImageIO;

/** Small images to publish, so that a demonstration needs no other server. */
final class SampleImages {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 200;

    private final Reply jpeg = Reply.bytes("image/jpeg", draw("jpg"));
    private final Reply png = Reply.bytes("image/png", draw("png"));

    Future<Reply> handle(Request request) {
        return Future.succeededFuture(
                switch (String.join("/", request.path())) {
                    case "sample.jpg" -> jpeg;
                    case "sample.png" -> png;
                    default -> Reply.json(404, Map.of("error", "sample.jpg and sample.png are there"));
                });
    }

    private static byte[] draw(String format) {
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.setRGB(x, y, new Color(30 + x / 3, 60 + y / 2, 160).getRGB());
            }
        }
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
