package io.broadside.publisher.platform.bluesky;

import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.thread.Part;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the posts of a content have beside their texts: a link is a card where no media take its room. */
final class Cards {

    private Cards() {}

    /** All posts of a content, in their order. */
    static List<Part> parts(Content content) {
        return Part.of(content, text(content), UnaryOperator.identity());
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

    static Optional<Link> card(Content content, Part part) {
        return part.isFirst() && part.media().isEmpty() ? content.getLink() : Optional.empty();
    }

    /** What has to be uploaded for a part: its media, or the picture of its card. */
    static List<Media> files(Content content, Part part) {
        return card(content, part)
                .flatMap(Link::getThumbnailUrl)
                .map(url -> List.of(
                        Media.newBuilder().setUrl(url).setKind(MediaKind.IMAGE).build()))
                .orElse(part.media());
    }
}
