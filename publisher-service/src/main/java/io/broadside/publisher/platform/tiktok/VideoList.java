package io.broadside.publisher.platform.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import java.text.Normalizer;
import java.time.Instant;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Looks for a command's post among the newest of its account.
 *
 * <p>The list has public posts alone, appears to have videos alone, is late by a time that nobody states, and cuts captions
 * short. So a post found by its caption is proof enough, and one not found is proof of nothing. A post without a caption
 * could be any: it is not looked for.
 *
 * <p>https://developers.tiktok.com/doc/tiktok-api-v2-video-list
 */
final class VideoList {

    static final String ENDPOINT = "video.list";

    static final String PATH = "/video/list/?fields=id,title,video_description,create_time,share_url";

    static final int PAGE_SIZE = 20;

    /** Captions come back cut, at about 150 characters. A shorter one must be there whole. */
    private static final int SHOWN_CHARACTERS = 140;

    private final String caption;
    private final Instant since;

    VideoList(PublishCommand command) {
        this.caption = normal(command.getContent().getText().orElse(""));
        this.since = Doubts.since(command);
    }

    Found in(JsonNode videos) {
        return StreamSupport.stream(videos.spliterator(), false)
                .filter(this::isOurs)
                .findFirst()
                .<Found>map(video -> new Found.Landed(
                        AnswerJson.text(video, "id").orElse(""), AnswerJson.webAddress(video, "share_url")))
                .orElseGet(
                        () -> Doubts.notSeen(
                                "The account's newest public videos do not have the post, which proves nothing; look at the account."));
    }

    private boolean isOurs(JsonNode video) {
        var isRecent = Instant.ofEpochSecond(
                        Math.clamp(video.path("create_time").asLong(), 0, Integer.MAX_VALUE * 2L))
                .isAfter(since.minusSeconds(1));
        return isRecent
                && AnswerJson.text(video, "id")
                        .filter(id -> id.matches("[0-9]{1,20}"))
                        .isPresent()
                && Stream.of("video_description", "title")
                        .flatMap(field -> AnswerJson.text(video, field).stream())
                        .anyMatch(this::isCaption);
    }

    /** What is cut may end with half of a character. */
    private boolean isCaption(String shown) {
        var text = normal(shown).replaceFirst("(\\.\\.\\.|…)$", "").replaceFirst("[\\uFFFD\\uD800-\\uDBFF]+$", "");
        return !caption.isEmpty()
                && (text.equals(caption) || (text.length() >= SHOWN_CHARACTERS && caption.startsWith(text)));
    }

    private static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC)
                .replaceAll("\\s+", " ")
                .strip();
    }
}
