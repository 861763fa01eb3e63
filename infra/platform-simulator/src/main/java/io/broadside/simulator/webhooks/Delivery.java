package io.broadside.simulator.webhooks;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event to be delivered.
 *
 * @param postId the post it is about; absent: an invented one
 * @param forged signed with another secret than ours
 * @param times how often the same bytes are sent: networks repeat themselves
 */
public record Delivery(Kind kind, String accountId, String text, Optional<String> postId, boolean forged, int times) {
    public Delivery {
        requireNonNull(kind, "kind is needed");
        requireNonNull(accountId, "accountId is needed");
        if (times < 1) {
            throw new IllegalArgumentException("times: at least 1 needed, was " + times);
        }
    }

    public static Delivery of(Kind kind, String accountId, String text) {
        return new Delivery(kind, accountId, text, Optional.empty(), false, 1);
    }

    @JsonCreator
    static Delivery fromJson(
            @JsonProperty("kind") Kind kind,
            @JsonProperty("accountId") String accountId,
            @JsonProperty("text") @Nullable String text,
            @JsonProperty("postId") Optional<String> postId,
            @JsonProperty("forged") boolean forged,
            @JsonProperty("times") @Nullable Integer times) {
        return new Delivery(
                kind, accountId, requireNonNullElse(text, ""), postId, forged, requireNonNullElse(times, 1));
    }

    public Delivery about(String id) {
        return new Delivery(kind, accountId, text, Optional.of(id), forged, times);
    }

    public Delivery asForged() {
        return new Delivery(kind, accountId, text, postId, true, times);
    }

    public Delivery times(int number) {
        return new Delivery(kind, accountId, text, postId, forged, number);
    }

    /** What happened on the network. */
    public enum Kind {
        /** Somebody commented, or replied. */
        COMMENT,
        /** The account published. */
        POST,
        /** The account deleted a post. */
        DELETED,
        /** The person removed the application: its tokens are dead too. */
        REVOKED;

        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Kind of(String id) {
            return Arrays.stream(values())
                    .filter(kind -> kind.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("kind: one of "
                            + Arrays.stream(values()).map(Kind::id).toList() + " needed, was " + id));
        }
    }
}
