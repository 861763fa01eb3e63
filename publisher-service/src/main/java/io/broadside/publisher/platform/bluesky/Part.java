package io.broadside.publisher.platform.bluesky;

import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.Media;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One post of those a content becomes on Bluesky: the post itself, the parts of its thread, and a first comment, which there is an
 * answer to oneself. They are posted one after another, each in answer to an earlier one.
 *
 * @param index its place among them, from 0
 * @param field where it stands in the content
 * @param text as it is sent
 * @param card a link to be shown as a card, which a post with media has no room for
 * @param answers which of them it answers; -1 for the first
 * @param name what people call it: part 2 of 3
 */
record Part(int index, String field, String text, Optional<Link> card, List<Media> media, int answers, String name) {

    private static final int NOTHING = -1;

    Part {
        media = List.copyOf(media);
    }

    /** All posts of a content, in their order. */
    static List<Part> of(Content content) {
        var parts = new ArrayList<Part>();
        var card = content.getMedia().isEmpty() ? content.getLink() : Optional.<Link>empty();
        parts.add(new Part(0, "content", text(content), card, content.getMedia(), NOTHING, "the post itself"));
        var thread = content.getThread();
        for (var i = 0; i < thread.size(); i++) {
            var part = thread.get(i);
            parts.add(new Part(
                    parts.size(),
                    "content.thread[" + i + "]",
                    part.getText(),
                    Optional.empty(),
                    part.getMedia(),
                    parts.size() - 1,
                    "part " + (i + 2) + " of " + (thread.size() + 1)));
        }
        content.getFirstComment()
                .filter(text -> !text.isBlank())
                .ifPresent(text -> parts.add(new Part(
                        parts.size(),
                        "content.firstComment",
                        text,
                        Optional.empty(),
                        List.of(),
                        0,
                        "the first comment")));
        return List.copyOf(parts);
    }

    /** A link that media leave no room for goes into the text. */
    private static String text(Content content) {
        var text = content.getText().orElse("");
        return content.getLink()
                .filter(_ -> !content.getMedia().isEmpty())
                .map(link -> link.getUrl().strip())
                .filter(url -> !text.contains(url))
                .map(url -> text.isBlank() ? url : text + "\n" + url)
                .orElse(text);
    }

    boolean isFirst() {
        return answers == NOTHING;
    }

    /** What has to be uploaded for it: its media, or the picture of its card. */
    int files() {
        return card.flatMap(Link::getThumbnailUrl).isPresent() ? 1 : media.size();
    }
}
