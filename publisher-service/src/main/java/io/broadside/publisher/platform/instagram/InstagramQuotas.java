package io.broadside.publisher.platform.instagram;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import io.broadside.publisher.platform.graph.UsageLevels;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Instagram counts three things: all calls, in percent, for the app and for the account; the containers an account makes,
 * with those that fail; and the posts it publishes, of which it tells how many it may ({@link PublishingLimit}).
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/content-publishing
 */
public final class InstagramQuotas implements Quotas {

    private static final String POSTS = "posts";
    private static final String CONTAINERS = "containers";

    private static final List<Documented> DOCUMENTED = List.of(
            new Documented(Holder.ACCOUNT, CONTAINERS, "24 hours", 400, new Window.Rolling(Duration.ofHours(24))));

    @Override
    public String platform() {
        return InstagramPlatform.ID;
    }

    @Override
    public String title() {
        return "Instagram";
    }

    @Override
    public String groupOf(String endpoint) {
        return switch (endpoint) {
            case Publication.MAKE_CALL -> CONTAINERS;
            case Publication.PUBLISH_CALL -> POSTS;
            default -> EVERYTHING;
        };
    }

    @Override
    public String nameOf(String group) {
        return switch (group) {
            case POSTS -> "posts";
            case CONTAINERS -> "uploads";
            default -> Quotas.super.nameOf(group);
        };
    }

    @Override
    public List<Need> next(PublishCommand command) {
        var any = new Need(EVERYTHING, 1);
        if (command.getCheckpoint().isEmpty()) {
            return List.of(any, new Need(CONTAINERS, containers(command)), new Need(POSTS, 1));
        }
        return switch (InstagramStep.of(command).orElse(InstagramStep.PROCESSING)) {
            case CHILD, CONTAINER -> List.of(any, new Need(CONTAINERS, 1));
            case PUBLISH -> List.of(any, new Need(POSTS, 1));
            case CHILDREN, PROCESSING, LIVE, COMMENT -> List.of(any);
        };
    }

    @Override
    public List<Documented> documented() {
        return DOCUMENTED;
    }

    @Override
    public List<Reading> readings(String endpoint, String accountId, Answer answer, Instant now) {
        var limit = endpoint.equals(PublishingLimit.ENDPOINT)
                ? PublishingLimit.in(answer)
                : Optional.<PublishingLimit>empty();
        return Stream.concat(UsageLevels.in(answer, accountId, now).stream(), limit.map(it -> count(it, now)).stream())
                .toList();
    }

    private static Reading count(PublishingLimit limit, Instant now) {
        return new Reading.Count(
                Holder.ACCOUNT,
                POSTS,
                limit.window().toHours() + " hours",
                limit.total(),
                Math.max(0, limit.total() - limit.used()),
                now.plus(limit.pause()));
    }

    /** A carousel takes one for each of its media, and one for itself. */
    private static int containers(PublishCommand command) {
        return PostKind.of(command.getContent()) == PostKind.CAROUSEL
                ? command.getContent().getMedia().size() + 1
                : 1;
    }
}
