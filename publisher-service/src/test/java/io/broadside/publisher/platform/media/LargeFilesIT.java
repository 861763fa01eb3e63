package io.broadside.publisher.platform.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are larger than the memory they go through. */
@Timeout(600)
final class LargeFilesIT {

    private static final long SIZE = 300L * 1024 * 1024;
    private static final int FILES = 4;

    private final Vertx vertx = Vertx.vertx();
    private final FileServer server = new FileServer(vertx, SIZE);
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();

    @AfterEach
    void close() {
        server.close();
        vertx.close().await();
    }

    @Test
    void severalLargeFilesAtOnceGoThroughASmallHeap(@TempDir Path directory) throws IOException, InterruptedException {
        // Given: a platform that counts and checks what it gets
        var platform = vertx.createHttpServer()
                .requestHandler(request -> {
                    var offset = new AtomicLong(Long.parseLong(request.getHeader("offset")));
                    request.handler(bytes -> {
                        wrong.addAndGet(FileServer.isPart(bytes, offset.getAndAdd(bytes.length())) ? 0 : 1);
                        received.addAndGet(bytes.length());
                    });
                    request.endHandler(_ -> request.response().end("{}"));
                })
                .listen(0, "127.0.0.1")
                .await();
        // When: 1.2 GB, four files at once, through 256 MB and some buffers
        var output = directory.resolve("output").toFile();
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:MaxDirectMemorySize=64m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        UploadsForTest.class.getName(),
                        server.url(),
                        "http://127.0.0.1:" + platform.actualPort(),
                        Integer.toString(FILES))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        var hasEnded = child.waitFor(240, TimeUnit.SECONDS);
        child.destroyForcibly();
        // Then
        assertThat(hasEnded).as("in time").isTrue();
        assertThat(child.exitValue()).as(() -> text(output)).isZero();
        assertThat(received).hasValue(FILES * SIZE);
        assertThat(wrong).hasValue(0);
    }

    private static String text(File file) {
        try {
            return Files.readString(file.toPath());
        } catch (IOException e) {
            return e.toString();
        }
    }
}
