package io.broadside.publisher.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Stories of photos, and the list of all stories: https://developers.facebook.com/docs/page-stories-api.
 *
 * <p>The list names the photo or video that each story shows, so a story in doubt is found by an id of ours. It has the stories of
 * past days, too, and is read page by page. One that is missing in a whole list for some time is not there; and a photo that is in a
 * story already is refused by Facebook if it is sent again.
 */
final class Stories {

    private static final int PAGE_SIZE = 100;
    private static final int MOST_PAGES = 5;

    private final Page page;

    Stories(Page page) {
        this.page = page;
    }

    Outcome publishPhoto() {
        var reply = page.post("page.photo_stories", page.below("/photo_stories"), Map.of("photo_id", photoId()));
        var id = Page.idIn(reply, "post_id");
        if (id.isEmpty()) {
            return page.failed(reply, FacebookStep.STORY);
        }
        return switch (find(photoId())) {
            case Listed.Story story -> page.out(id.get(), story.permalink());
            // It is out whether or not this is answered.
            case Listed.Missing _, Listed.Unfinished _, Listed.Unknown _ -> page.out(id.get(), Optional.empty());
        };
    }

    Found findPhoto() {
        return switch (find(photoId())) {
            case Listed.Story story -> page.landed(story.id(), story.permalink());
            case Listed.Missing _ -> page.missing("The Page's stories do not have it so far; look at the Page.");
            case Listed.Unfinished _ ->
                Doubts.notSeen(
                        "The Page has more stories than are looked through; whether ours is one, look at the Page.");
            case Listed.Unknown(var reply) -> page.blind(reply);
        };
    }

    /** What the list says about a photo or a video. */
    sealed interface Listed {
        record Story(String id, Optional<URI> permalink) implements Listed {}

        /** The list was read to its end. */
        record Missing() implements Listed {}

        /** The list goes on where it was not looked: that proves nothing. */
        record Unfinished() implements Listed {}

        record Unknown(Reply reply) implements Listed {}
    }

    Listed find(String mediaId) {
        var after = "";
        for (var pages = 0; pages < MOST_PAGES; pages++) {
            var reply = page.get("page.stories.read", page.below("/stories?limit=" + PAGE_SIZE + after));
            var data = FeedPosts.dataIn(reply);
            if (data.isEmpty()) {
                return new Listed.Unknown(reply);
            }
            var story = storyOf(mediaId, data.get());
            if (story.isPresent()) {
                return story.get();
            }
            var paging = reply instanceof Answer answer
                    ? AnswerJson.objectIn(answer).map(body -> body.path("paging"))
                    : Optional.<JsonNode>empty();
            if (paging.filter(it -> it.has("next")).isEmpty()) {
                return new Listed.Missing();
            }
            var cursor = paging.flatMap(it -> AnswerJson.text(it.path("cursors"), "after"));
            if (cursor.isEmpty()) {
                return new Listed.Unfinished();
            }
            after = "&after=" + Page.segment(cursor.get());
        }
        return new Listed.Unfinished();
    }

    private static Optional<Listed> storyOf(String mediaId, JsonNode stories) {
        return StreamSupport.stream(stories.spliterator(), false)
                .filter(story -> story.path("media_id").asText().equals(mediaId))
                .flatMap(story -> AnswerJson.text(story, "post_id").stream()
                        .<Listed>map(id -> new Listed.Story(id, AnswerJson.webAddress(story, "url"))))
                .findFirst();
    }

    private String photoId() {
        return page.value(FeedPosts.PHOTO_IDS);
    }
}
