package io.broadside.publisher.platform.x;

import io.broadside.events.Content;
import io.broadside.events.Media;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * One post of those a content becomes on X: the post itself, the parts of its thread, and a first comment, which on X is an
 * answer to oneself. They are posted one after another, each in answer to an earlier one.
 *
 * @param index its place among them, from 0
 * @param field where it stands in the content
 * @param text as it is sent
 * @param answers which of them it answers; -1 for the first
 * @param name what people call it: part 2 of 3
 */
record Part(int index, String field, String text, List<Media> media, int answers, String name) {

    private static final int NOTHING = -1;

    /** All posts of a content, in their order. */
    static List<Part> of(Content content) {
        var parts = new ArrayList<Part>();
        parts.add(new Part(0, "content", PostText.of(content), content.getMedia(), NOTHING, "the post itself"));
        var thread = content.getThread();
        for (var i = 0; i < thread.size(); i++) {
            var part = thread.get(i);
            parts.add(new Part(
                    parts.size(),
                    "content.thread[" + i + "]",
                    Normalizer.normalize(part.getText(), Normalizer.Form.NFC),
                    part.getMedia(),
                    parts.size() - 1,
                    "part " + (i + 2) + " of " + (thread.size() + 1)));
        }
        content.getFirstComment()
                .filter(text -> !text.isBlank())
                .ifPresent(text -> parts.add(new Part(
                        parts.size(),
                        "content.firstComment",
                        Normalizer.normalize(text, Normalizer.Form.NFC),
                        List.of(),
                        0,
                        "the first comment")));
        return List.copyOf(parts);
    }

    boolean isFirst() {
        return answers == NOTHING;
    }
}
