package io.broadside.publisher.platform.media;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.media.MediaOpening.Opened;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.publisher.platform.media.SlicedUpload.Progress;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.CallJournal;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.tracing.Trace;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** The publisher's way of uploading, in a process of its own: a file from one server to another, several times at once. */
final class UploadsForTest {

    private static final MediaLimits VIDEOS = new MediaLimits(Set.of(MediaKind.VIDEO), Set.of("video/mp4"), 1L << 40);
    private static final int PIECE = 4 * 1024 * 1024;

    private UploadsForTest() {}

    public static void main(String[] arguments) throws Exception {
        var settings = Settings.from(Map.of("PUBLISHER_MEDIA_ALLOW_PRIVATE", "true", "PUBLISHER_MEDIA_SLICE", "3s"));
        var vertx = Vertx.vertx();
        var http = new PlatformHttp(
                vertx, HttpConfig.from(settings), CallJournal.none(), new SimpleMeterRegistry(), Clock.systemUTC());
        var media = new MediaFetch(vertx, MediaConfig.from(settings));
        var platform = URI.create(arguments[1]);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var uploads = IntStream.range(0, Integer.parseInt(arguments[2]))
                    .mapToObj(_ -> threads.submit(() -> upload(media, http, arguments[0], platform)))
                    .toList();
            for (var upload : uploads) {
                upload.get();
            }
        }
        media.close();
        http.close();
        vertx.close().await();
    }

    /** In slices, each of which opens the file anew where the one before stopped. */
    private static Optional<Outcome> upload(MediaFetch media, PlatformHttp http, String url, URI platform) {
        var medium = Media.newBuilder().setUrl(url).setKind(MediaKind.VIDEO).build();
        var offset = 0L;
        while (true) {
            if (!(media.open(medium, VIDEOS, offset) instanceof Opened(var stream))) {
                throw new IllegalStateException("not opened");
            }
            try (stream) {
                switch (SlicedUpload.run(stream, PIECE, media.slice(), piece -> send(http, platform, piece))) {
                    case Progress.Done() -> {
                        return Optional.empty();
                    }
                    case Progress.Paused(var next) -> offset = next;
                    case Progress.Failed(var outcome) -> throw new IllegalStateException(outcome.toString());
                }
            }
        }
    }

    private static Optional<Outcome> send(PlatformHttp http, URI platform, MediaPiece.Bytes piece) {
        var call = Call.post("test", "upload", platform, new Body.Bytes("video/mp4", piece.bytes()))
                .withHeader("offset", Long.toString(piece.offset()));
        var reply = http.call(call, CallContext.forConnection("connection-1", Trace.root()));
        if (!(reply instanceof Answer)) {
            throw new IllegalStateException(reply.toString());
        }
        return Optional.empty();
    }
}
