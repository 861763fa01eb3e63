package io.broadside.publisher.platform.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a post stands that was begun, in TikTok's word.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status
 */
sealed interface PublishStatus {

    /**
     * It is out.
     *
     * @param postId only of public posts, and only once moderation is through
     */
    record Complete(Optional<String> postId) implements PublishStatus {}

    /** It will never come out. */
    record Failed(String reason) implements PublishStatus {}

    /**
     * It waits for the file, or works on it.
     *
     * @param uploadedBytes how much of the file TikTok has, if it says
     */
    record Uploading(Optional<Long> uploadedBytes) implements PublishStatus {}

    /** TikTok fetches the file. */
    record Downloading() implements PublishStatus {}

    /** It lies in the account's inbox, where its owner may post it. */
    record InInbox() implements PublishStatus {}

    /** Empty for a status that is not known here. */
    static Optional<PublishStatus> in(JsonNode data) {
        return Optional.ofNullable(
                switch (data.path("status").asText()) {
                    case "PUBLISH_COMPLETE" -> new Complete(postId(data));
                    case "FAILED" ->
                        new Failed(AnswerJson.text(data, "fail_reason").orElse("unknown"));
                    case "PROCESSING_UPLOAD" -> new Uploading(bytes(data));
                    case "PROCESSING_DOWNLOAD" -> new Downloading();
                    case "SEND_TO_USER_INBOX" -> new InInbox();
                    default -> null;
                });
    }

    /** A list, at times a single value; spelt so, and perhaps one day as it should be. */
    private static Optional<String> postId(JsonNode data) {
        return Stream.of("publicaly_available_post_id", "publicly_available_post_id")
                .map(data::path)
                .map(value -> value.isArray() ? value.path(0) : value)
                .filter(value -> value.isTextual() || value.isIntegralNumber())
                .map(JsonNode::asText)
                .filter(id -> id.matches("[0-9]{1,20}"))
                .findFirst();
    }

    private static Optional<Long> bytes(JsonNode data) {
        var value = data.path("uploaded_bytes");
        return value.canConvertToLong() && value.isIntegralNumber() && value.asLong() >= 0
                ? Optional.of(value.asLong())
                : Optional.empty();
    }
}
