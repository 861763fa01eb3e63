package io.broadside.publisher.platform.facebook;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.runtime.http.Reply;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Stories of photos, and the list of all stories: https://developers.facebook.com/docs/page-stories-api.
 *
 * <p>The list names the photo or video that each story shows, so a story in doubt is found by an id of ours. One that is
 * missing for some time is not there; and a photo that is in a story already is refused by Facebook if it is sent again.
 */
final class Stories {

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
            case Listed.Missing _, Listed.Unknown _ -> page.out(id.get(), Optional.empty());
        };
    }

    Found findPhoto() {
        return switch (find(photoId())) {
            case Listed.Story story -> page.landed(story.id(), story.permalink());
            case Listed.Missing _ -> page.missing("The Page's stories do not have it so far; look at the Page.");
            case Listed.Unknown(var reply) -> page.blind(reply);
        };
    }

    /** What the list says about a photo or a video. */
    sealed interface Listed {
        record Story(String id, Optional<URI> permalink) implements Listed {}

        record Missing() implements Listed {}

        record Unknown(Reply reply) implements Listed {}
    }

    Listed find(String mediaId) {
        var reply = page.get("page.stories.read", page.below("/stories"));
        var data = FeedPosts.dataIn(reply);
        if (data.isEmpty()) {
            return new Listed.Unknown(reply);
        }
        return StreamSupport.stream(data.get().spliterator(), false)
                .filter(story -> story.path("media_id").asText().equals(mediaId))
                .flatMap(story -> AnswerJson.text(story, "post_id").stream()
                        .<Listed>map(id -> new Listed.Story(id, AnswerJson.webAddress(story, "url"))))
                .findFirst()
                .orElseGet(Listed.Missing::new);
    }

    private String photoId() {
        return page.value(FeedPosts.PHOTO_IDS);
    }
}
