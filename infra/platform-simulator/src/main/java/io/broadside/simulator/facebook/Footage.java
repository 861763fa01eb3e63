package io.broadside.simulator.facebook;

import io.broadside.simulator.facebook.FacebookChange.Finish;
import io.broadside.simulator.facebook.FacebookChange.Video;
import io.broadside.simulator.facebook.FacebookChange.VideoLoad;
import io.broadside.simulator.http.Fingerprint;
import java.time.Instant;
import java.util.Optional;

/** A video and how far it got: its bytes, its processing, its publishing. Guarded by itself. */
final class Footage {
    private final Video video;
    private Fingerprint received = Fingerprint.EMPTY;
    private boolean isVideo;
    private Optional<VideoLoad> load = Optional.empty();
    private Optional<Finish> finish = Optional.empty();
    private Optional<String> postId = Optional.empty();
    private boolean isCancelled;

    Footage(Video video) {
        this.video = video;
    }

    Video video() {
        return video;
    }

    synchronized void receive(Fingerprint piece, boolean looksLikeVideo) {
        isVideo = received.length() == 0 ? looksLikeVideo : isVideo;
        received = received.plus(piece);
    }

    synchronized Fingerprint received() {
        return received;
    }

    synchronized boolean isVideo() {
        return isVideo;
    }

    synchronized void load(VideoLoad loaded) {
        load = Optional.of(loaded);
    }

    synchronized Optional<VideoLoad> load() {
        return load;
    }

    synchronized void finish(Finish wanted) {
        finish = Optional.of(wanted);
    }

    synchronized Optional<Finish> finish() {
        return finish;
    }

    synchronized void publish(String post) {
        postId = Optional.of(post);
    }

    /** The post, or the story; present when everybody can see it. */
    synchronized Optional<String> postId() {
        return postId;
    }

    synchronized void cancel() {
        isCancelled = true;
    }

    synchronized boolean isCancelled() {
        return isCancelled;
    }

    synchronized boolean hasFailed(Instant now) {
        return isProcessed(now) && load.flatMap(VideoLoad::failure).isPresent();
    }

    synchronized boolean isProcessed(Instant now) {
        return load.filter(loaded -> !now.isBefore(loaded.readyAt())).isPresent();
    }
}
