package io.broadside.simulator.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.account.BlueskyAccount;
import java.time.Instant;
import java.util.List;

/** What can happen to the state of Bluesky. Written to the journal: components are only ever added. */
sealed interface BlueskyChange {
    /** An account is new, or got the given tokens from outside: they are good from now on, whatever they were before. */
    record AccountSaved(BlueskyAccount account) implements BlueskyChange {}

    /** Somebody signed in with a password: one more session. */
    record SessionBegun(String did, String accessToken, String refreshToken, Instant expiresAt)
            implements BlueskyChange {}

    /**
     * A refresh token was used.
     *
     * @param usableUntil until when it brings the same successor
     */
    record TokensRotated(
            String did,
            String usedRefreshToken,
            String accessToken,
            String refreshToken,
            Instant expiresAt,
            Instant usableUntil)
            implements BlueskyChange {}

    /** All refresh tokens of an account are dead; access tokens live on until they end. */
    record SessionsEnded(String did) implements BlueskyChange {}

    record AccessTokenExpired(String accessToken) implements BlueskyChange {}

    /** The account was put out of use, or back into it. */
    record TakenDown(String did, boolean isDown) implements BlueskyChange {}

    record FileUploaded(String did, String cid, String mimeType, long size, String fingerprint)
            implements BlueskyChange {}

    record PostPut(Post post, List<String> fingerprints, Instant calledAt) implements BlueskyChange {}

    record PostDeleted(String did, String key) implements BlueskyChange {}

    /** A post. */
    record Post(String did, String key, String cid, JsonNode record, Instant at) {
        String uri() {
            return "at://" + did + "/" + BlueskyRecords.POSTS + "/" + key;
        }
    }
}
