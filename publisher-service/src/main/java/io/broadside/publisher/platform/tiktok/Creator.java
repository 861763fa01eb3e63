package io.broadside.publisher.platform.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.AnswerJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What an account lets apps do just now. TikTok wants it asked for before each post.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info
 *
 * @param username for addresses of its posts; empty if it is no such name
 * @param privacyLevels those a post may have
 * @param longestSeconds of a video; empty if TikTok does not say
 */
record Creator(
        Optional<String> username,
        List<String> privacyLevels,
        boolean noComments,
        boolean noDuets,
        boolean noStitches,
        Optional<Long> longestSeconds) {

    static final String PUBLIC = "PUBLIC_TO_EVERYONE";
    static final String FOLLOWERS = "FOLLOWER_OF_CREATOR";
    static final String FRIENDS = "MUTUAL_FOLLOW_FRIENDS";
    static final String PRIVATE = "SELF_ONLY";

    /** What the account's own setting comes to: the widest it offers. */
    private static final List<String> WIDEST_FIRST = List.of(PUBLIC, FOLLOWERS, FRIENDS, PRIVATE);

    Creator {
        privacyLevels = List.copyOf(privacyLevels);
    }

    /** Empty if TikTok does not say which levels there are: without one there is no post. */
    static Optional<Creator> in(JsonNode data) {
        var levels = StreamSupport.stream(data.path("privacy_level_options").spliterator(), false)
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .toList();
        return levels.isEmpty()
                ? Optional.empty()
                : Optional.of(new Creator(
                        AnswerJson.text(data, "creator_username").filter(it -> it.matches("[A-Za-z0-9._-]{1,64}")),
                        levels,
                        data.path("comment_disabled").asBoolean(),
                        data.path("duet_disabled").asBoolean(),
                        data.path("stitch_disabled").asBoolean(),
                        Optional.of(data.path("max_video_post_duration_sec").asLong())
                                .filter(seconds -> seconds > 0)));
    }

    /** TikTok's level for a visibility; empty if the account does not offer it. */
    Optional<String> levelFor(Visibility visibility, boolean isAudited) {
        return switch (visibility) {
            case PUBLIC -> offered(PUBLIC);
            case FOLLOWERS -> offered(FOLLOWERS);
            case FRIENDS -> offered(FRIENDS);
            case PRIVATE -> offered(PRIVATE);
            case PLATFORM_DEFAULT ->
                isAudited
                        ? WIDEST_FIRST.stream().filter(privacyLevels::contains).findFirst()
                        : offered(PRIVATE);
            case CONNECTIONS, UNKNOWN -> Optional.empty();
        };
    }

    /** The visibilities it offers, in our words. */
    String offers() {
        var names = Stream.of(Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.FRIENDS, Visibility.PRIVATE)
                .filter(it -> levelFor(it, true).isPresent())
                .map(Visibility::name)
                .toList();
        return names.isEmpty() ? "none that is known here" : String.join(", ", names);
    }

    private Optional<String> offered(String level) {
        return Optional.of(level).filter(privacyLevels::contains);
    }
}
