package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.Content;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.thread.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Settings that only X has: https://docs.x.com/x-api/posts/create-post.
 *
 * <ul>
 *   <li>{@code x.replySettings}: who may answer: {@code following}, {@code mentionedUsers}, {@code subscribers},
 *       {@code verified}. It holds for the first post, and by that for its whole thread.
 *   <li>{@code x.madeWithAi}, {@code x.paidPartnership}: {@code true} or {@code false}, for every post of a thread.
 * </ul>
 */
record XOptions(Optional<String> replySettings, Optional<String> madeWithAi, Optional<String> paidPartnership) {

    private static final String REPLY_SETTINGS = "x.replySettings";
    private static final String MADE_WITH_AI = "x.madeWithAi";
    private static final String PAID_PARTNERSHIP = "x.paidPartnership";

    private static final List<String> WHO_MAY_ANSWER =
            List.of("following", "mentionedUsers", "subscribers", "verified");
    private static final List<String> YES_OR_NO = List.of("true", "false");

    static final Set<String> NAMES = Set.of(REPLY_SETTINGS, MADE_WITH_AI, PAID_PARTNERSHIP);

    static XOptions of(Content content) {
        var options = content.getOptions();
        return new XOptions(
                Optional.ofNullable(options.get(REPLY_SETTINGS)),
                Optional.ofNullable(options.get(MADE_WITH_AI)),
                Optional.ofNullable(options.get(PAID_PARTNERSHIP)));
    }

    void check(ContentCheck check) {
        Map.of(
                        REPLY_SETTINGS, replySettings,
                        MADE_WITH_AI, madeWithAi,
                        PAID_PARTNERSHIP, paidPartnership)
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(option -> option.getValue()
                        .ifPresent(value -> isOneOf(
                                check,
                                option.getKey(),
                                value,
                                option.getKey().equals(REPLY_SETTINGS) ? WHO_MAY_ANSWER : YES_OR_NO)));
    }

    void addTo(ObjectNode body, Part part) {
        if (part.isFirst()) {
            replySettings.ifPresent(who -> body.put("reply_settings", who));
        }
        madeWithAi.ifPresent(value -> body.put("made_with_ai", Boolean.parseBoolean(value)));
        paidPartnership.ifPresent(value -> body.put("paid_partnership", Boolean.parseBoolean(value)));
    }

    private static void isOneOf(ContentCheck check, String name, String value, List<String> known) {
        if (!known.contains(value)) {
            check.add(
                    "content.options." + name,
                    "oneOf",
                    String.join(", ", known),
                    value.length() > 40 ? value.substring(0, 40) : value,
                    "X knows for " + name + " only " + String.join(", ", known) + "; use one of them.");
        }
    }
}
