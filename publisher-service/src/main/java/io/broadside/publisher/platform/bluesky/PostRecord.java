package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.WebAddress;
import io.broadside.publisher.platform.thread.Part;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * A post as it is put. It follows from the command and from what was settled before, and from nothing else: put again, it is the
 * same.
 *
 * <p>https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
 */
final class PostRecord {

    private PostRecord() {}

    static ObjectNode of(PublishCommand command, Part part, Progress progress) {
        var options = BlueskyOptions.of(command.getContent());
        var post = AnswerJson.newObject()
                .put("$type", RecordKey.COLLECTION)
                .put("text", part.text())
                .put("createdAt", RecordKey.time(progress.writtenAt(command), part.index()));
        var facets = Facets.of(part.text(), progress.names().orElse(Map.of()));
        if (!facets.isEmpty()) {
            post.set("facets", facets);
        }
        if (!options.languages().isEmpty()) {
            var languages = post.putArray("langs");
            options.languages().forEach(languages::add);
        }
        reply(command, part, progress).ifPresent(reply -> post.set("reply", reply));
        embed(command, part, progress).ifPresent(embed -> post.set("embed", embed));
        return post;
    }

    private static Optional<JsonNode> reply(PublishCommand command, Part part, Progress progress) {
        if (part.isFirst()) {
            return progress.answered();
        }
        var reply = AnswerJson.newObject();
        var first = reference(command, progress, 0);
        reply.set("root", progress.answered().map(it -> it.path("root")).orElse(first));
        reply.set("parent", reference(command, progress, part.answers()));
        return Optional.of(reply);
    }

    private static JsonNode reference(PublishCommand command, Progress progress, int part) {
        return AnswerJson.newObject()
                .put("uri", RecordKey.uri(command, part))
                .put("cid", progress.cids().get(part));
    }

    private static Optional<JsonNode> embed(PublishCommand command, Part part, Progress progress) {
        if (part.media().isEmpty()) {
            return Cards.card(command.getContent(), part).map(link -> card(link, progress));
        }
        var first = part.media().getFirst();
        return Optional.of(first.getKind() == MediaKind.VIDEO ? video(first, progress) : images(part, progress));
    }

    private static JsonNode card(Link link, Progress progress) {
        var embed = AnswerJson.newObject().put("$type", "app.bsky.embed.external");
        var external = embed.putObject("external")
                .put("uri", WebAddress.of(link.getUrl()).map(URI::toString).orElse(link.getUrl()))
                .put("title", link.getTitle().orElse(link.getUrl()))
                .put("description", link.getDescription().orElse(""));
        if (!progress.blobs().isEmpty()) {
            external.set("thumb", progress.blobs().getFirst());
        }
        return embed;
    }

    private static JsonNode images(Part part, Progress progress) {
        var embed = AnswerJson.newObject().put("$type", "app.bsky.embed.images");
        var images = embed.putArray("images");
        for (var i = 0; i < part.media().size(); i++) {
            var image = images.addObject();
            image.put("alt", altText(part.media().get(i)));
            image.set("image", progress.blobs().get(i));
        }
        return embed;
    }

    private static JsonNode video(Media video, Progress progress) {
        var embed = AnswerJson.newObject().put("$type", "app.bsky.embed.video");
        embed.set("video", progress.blobs().getFirst());
        video.getAltText().filter(text -> !text.isBlank()).ifPresent(text -> embed.put("alt", text));
        return embed;
    }

    private static String altText(Media medium) {
        return medium.getAltText().orElse("");
    }
}
