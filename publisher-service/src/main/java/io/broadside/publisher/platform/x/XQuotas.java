package io.broadside.publisher.platform.x;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * X counts the calls of each endpoint by itself: for the user in 15 minutes, and at times for the user and for the app in a
 * day.
 *
 * <p>https://docs.x.com/x-api/fundamentals/rate-limits
 */
public final class XQuotas implements Quotas {

    private static final String CREATE = "tweets.create";
    private static final String UPLOAD = "media.upload";
    private static final String METADATA = "media.metadata";
    private static final String INITIALIZE = "media.initialize";
    private static final String APPEND = "media.append";
    private static final String FINALIZE = "media.finalize";
    private static final String STATUS = "media.status";

    private static final List<Documented> DOCUMENTED = List.of(
            ofUser(CREATE, 100),
            ofApp(CREATE, 10_000),
            ofUser(UPLOAD, 500),
            ofApp(UPLOAD, 50_000),
            ofUser(INITIALIZE, 1_875),
            ofApp(INITIALIZE, 180_000),
            ofUser(APPEND, 1_875),
            ofApp(APPEND, 180_000),
            ofUser(FINALIZE, 1_875),
            ofApp(FINALIZE, 180_000),
            ofUser(STATUS, 1_000),
            ofUser(METADATA, 500));

    @Override
    public String platform() {
        return XPlatform.ID;
    }

    @Override
    public String title() {
        return "X";
    }

    @Override
    public String groupOf(String endpoint) {
        return endpoint;
    }

    @Override
    public String nameOf(String group) {
        return switch (group) {
            case CREATE -> "posts";
            case UPLOAD -> "uploads";
            case APPEND -> "pieces of videos";
            default -> Quotas.super.nameOf(group);
        };
    }

    @Override
    public List<Need> next(PublishCommand command) {
        var progress = Progress.of(command);
        var parts = PostText.parts(command.getContent());
        var missing = progress.part() < parts.size()
                ? parts.get(progress.part()).media().stream()
                        .skip(progress.mediaIds().size())
                        .toList()
                : List.<Media>of();
        var needs = new ArrayList<Need>();
        if (missing.isEmpty() || command.getCheckpoint().isEmpty()) {
            needs.add(new Need(CREATE, 1));
        }
        if (!missing.isEmpty()) {
            var isImage = missing.getFirst().getKind() == MediaKind.IMAGE;
            needs.addAll(isImage ? ofImages(missing) : ofPieces(missing.getFirst(), progress));
        }
        return List.copyOf(needs);
    }

    @Override
    public List<Documented> documented() {
        return DOCUMENTED;
    }

    @Override
    public List<Reading> readings(String endpoint, Answer answer, Instant now) {
        return List.copyOf(RateBuckets.counts(endpoint, answer, now));
    }

    private static List<Need> ofImages(List<Media> images) {
        return someOf(new Need(UPLOAD, images.size()), new Need(METADATA, described(images)));
    }

    private static List<Need> ofPieces(Media medium, Progress progress) {
        var metadata = new Need(METADATA, described(List.of(medium)));
        return switch (ChunkedUpload.stageOf(progress)) {
            case BEGIN -> List.of(new Need(INITIALIZE, 1));
            case SEND -> List.of(new Need(APPEND, ChunkedUpload.piecesLeft(progress)));
            case COMPLETE -> someOf(new Need(FINALIZE, 1), metadata);
            case LOOK -> someOf(new Need(STATUS, 1), metadata);
        };
    }

    private static int described(List<Media> media) {
        return (int) media.stream()
                .map(Media::getAltText)
                .filter(Optional::isPresent)
                .count();
    }

    private static List<Need> someOf(Need... needs) {
        return Stream.of(needs).filter(need -> need.calls() > 0).toList();
    }

    private static Documented ofUser(String group, int limit) {
        return new Documented(
                Holder.ACCOUNT, group, RateBuckets.SHORT_SPAN, limit, new Window.Rolling(Duration.ofMinutes(15)));
    }

    private static Documented ofApp(String group, int limit) {
        return new Documented(
                Holder.APP, group, RateBuckets.LONG_SPAN, limit, new Window.Rolling(Duration.ofHours(24)));
    }
}
