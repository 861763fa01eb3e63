package io.broadside.publisher.platform.x;

import io.broadside.events.Media;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
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

    private static final List<Documented> DOCUMENTED = List.of(
            ofUser(CREATE, 100),
            ofApp(CREATE, 10_000),
            ofUser(UPLOAD, 500),
            ofApp(UPLOAD, 50_000),
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
            default -> "calls of " + group;
        };
    }

    @Override
    public List<Need> next(PublishCommand command) {
        var media = command.getContent().getMedia();
        if (media.isEmpty() || command.getCheckpoint().isPresent()) {
            return List.of(new Need(CREATE, 1));
        }
        var described = media.stream()
                .map(Media::getAltText)
                .filter(Optional::isPresent)
                .count();
        return Stream.of(new Need(UPLOAD, media.size()), new Need(METADATA, (int) described))
                .filter(need -> need.calls() > 0)
                .toList();
    }

    @Override
    public List<Documented> documented() {
        return DOCUMENTED;
    }

    @Override
    public List<Reading> readings(String endpoint, Answer answer, Instant now) {
        return List.copyOf(RateBuckets.counts(endpoint, answer, now));
    }

    private static Documented ofUser(String group, int limit) {
        return new Documented(Holder.ACCOUNT, group, RateBuckets.SHORT_SPAN, limit, Duration.ofMinutes(15));
    }

    private static Documented ofApp(String group, int limit) {
        return new Documented(Holder.APP, group, RateBuckets.LONG_SPAN, limit, Duration.ofHours(24));
    }
}
