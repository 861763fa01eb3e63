package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.http.Fingerprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What can happen to the state of LinkedIn. Written to the journal: components are only ever added. */
sealed interface LinkedInChange {
    /** A member is new, or got the given tokens from outside: they are good from now on, whatever they were before. */
    record MemberSaved(LinkedInMember member, Instant at) implements LinkedInChange {}

    /** A member consented. Tokens of a consent to other scopes are dead with it. */
    record Granted(LinkedInMember member, Instant at) implements LinkedInChange {}

    /** The refresh token stays as it is. */
    record Refreshed(String memberId, String accessToken, Instant expiresAt, Instant at) implements LinkedInChange {}

    record AccessTokenExpired(String accessToken) implements LinkedInChange {}

    /** All tokens of the member. */
    record MemberRevoked(String memberId) implements LinkedInChange {}

    record TokenRevoked(String token) implements LinkedInChange {}

    record AssetRegistered(Asset asset) implements LinkedInChange {}

    /** A part, or the whole of what has one. */
    record PartUploaded(String urn, int part, String etag, Fingerprint fingerprint, boolean isOfKind)
            implements LinkedInChange {}

    /** All parts are there: processing begins. */
    record AssetComplete(String urn, Instant at) implements LinkedInChange {}

    record Posted(Post post, Instant calledAt) implements LinkedInChange {}

    record PostEdited(String urn, String commentary, Instant at) implements LinkedInChange {}

    record PostDeleted(String urn, Instant at) implements LinkedInChange {}

    record Commented(Comment comment, Instant calledAt) implements LinkedInChange {}

    /**
     * Something uploaded for a post.
     *
     * @param kind image, document, video or digitalmediaAsset
     * @param memberId whose token registered it
     * @param size in bytes as announced; 0 where it is not
     * @param parts how many there are
     */
    record Asset(String urn, String kind, String owner, String memberId, long size, int parts, Instant uploadUntil) {}

    /**
     * A post.
     *
     * @param commentary as sent
     * @param shown what readers see of it
     * @param content of the body that created it; empty when it had none
     * @param assets in the order shown
     */
    record Post(
            String urn,
            String author,
            String commentary,
            String shown,
            String visibility,
            Optional<ObjectNode> content,
            Optional<String> link,
            List<String> assets,
            Instant createdAt) {
        public Post {
            assets = List.copyOf(assets);
        }

        /** What makes two posts of an author the same: the request, byte for byte. */
        String sameness() {
            return commentary + "\n" + content.map(ObjectNode::toString).orElse("");
        }
    }

    /** A comment. */
    record Comment(String id, String postUrn, String actor, String text, Optional<String> parent, Instant createdAt) {
        String urn() {
            return "urn:li:comment:(" + postUrn + "," + id + ")";
        }
    }
}
