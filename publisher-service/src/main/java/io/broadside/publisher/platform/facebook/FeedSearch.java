package io.broadside.publisher.platform.facebook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import java.net.URI;
import java.net.URLDecoder;
import java.text.Normalizer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Looks for a command's post in the feed of its Page.
 *
 * <p>The feed also has what visitors wrote, and posts that are not shown; it leaves out posts as it likes. So a post found
 * is proof that it is out, and one not found is proof of nothing.
 *
 * <p>https://developers.facebook.com/docs/graph-api/reference/page/feed
 */
final class FeedSearch {

    static final String FIELDS = "id,message,created_time,permalink_url,is_published,from,attachments";

    private static final DateTimeFormatter GRAPH_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxx");

    private final PublishCommand command;
    private final Content content;
    private final Set<String> photoIds;
    private final Instant since;

    /** @param since what is older is not ours */
    FeedSearch(PublishCommand command, List<String> photoIds, Instant since) {
        this.command = command;
        this.content = command.getContent();
        this.photoIds = Set.copyOf(photoIds);
        this.since = since;
    }

    /** @param isDraft whether ours was made unseen: then one that is there and not shown is ours, and not out */
    Found in(JsonNode posts, boolean isDraft) {
        var ours = StreamSupport.stream(posts.spliterator(), false)
                .filter(this::isOurs)
                .toList();
        var shown = ours.stream().filter(FeedSearch::isShown).findFirst();
        if (shown.isPresent()) {
            var id = AnswerJson.text(shown.get(), "id").orElse("");
            return new Found.Landed(id, AnswerJson.webAddress(shown.get(), "permalink_url"));
        }
        // It was made and is not shown, and nothing shows it but a call that names its id. Where ours was to be shown
        // at once, one that is not is somebody else's draft of the same text.
        return ours.isEmpty() || !isDraft ? notSeen() : new Found.Absent();
    }

    /** What a feed says that does not have it. */
    static Found notSeen() {
        return Doubts.notSeen("The Page's feed does not have the post, which proves nothing; look at the Page.");
    }

    /**
     * A post of ours that is not shown so far. Photos of ours prove that it is; the text alone does so where Facebook said that it
     * has the post already.
     */
    Optional<String> unshown(JsonNode posts) {
        return photoIds.isEmpty() && !Doubts.isCalledDuplicate(command)
                ? Optional.empty()
                : StreamSupport.stream(posts.spliterator(), false)
                        .filter(post -> isOurs(post) && !isShown(post))
                        .flatMap(post -> AnswerJson.text(post, "id").stream())
                        .findFirst();
    }

    private boolean isOurs(JsonNode post) {
        return AnswerJson.text(post, "id").isPresent() && isByThePage(post) && isRecent(post) && isTheSame(post);
    }

    private boolean isByThePage(JsonNode post) {
        var from = post.path("from").path("id");
        return from.isMissingNode() || from.asText().equals(command.getAccountId());
    }

    private boolean isRecent(JsonNode post) {
        return AnswerJson.text(post, "created_time")
                .flatMap(FeedSearch::time)
                .filter(at -> !at.isBefore(since))
                .isPresent();
    }

    /** Photos have ids of ours, which are proof by themselves; all else goes by text and link. */
    private boolean isTheSame(JsonNode post) {
        if (!photoIds.isEmpty()) {
            return attachments(post)
                    .anyMatch(
                            it -> photoIds.contains(it.path("target").path("id").asText()));
        }
        var text = normal(content.getText().orElse(""));
        var isSameText = normal(post.path("message").asText()).equals(text);
        if (content.getLink().isPresent()) {
            return isSameText
                    && attachments(post)
                            .anyMatch(it -> isLink(it, content.getLink().get(), text.isEmpty()));
        }
        if (!content.getMedia().isEmpty()) {
            var hasPhoto = attachments(post)
                    .anyMatch(it -> it.path("media_type").asText().equals("photo"));
            return isSameText && hasPhoto && !text.isEmpty();
        }
        return isSameText && !text.isEmpty();
    }

    /** Facebook may show the address that a linked page names as its own; beside the same text, the same host will do. */
    private static boolean isLink(JsonNode attachment, Link link, boolean exactly) {
        var wanted = AnswerJson.webAddress(link.getUrl());
        return Stream.of("unshimmed_url", "url")
                .flatMap(field -> AnswerJson.webAddress(attachment, field).stream())
                .map(FeedSearch::unshimmed)
                .anyMatch(found -> wanted.filter(uri -> exactly
                                ? bare(uri).equals(bare(found))
                                : host(uri).equals(host(found)))
                        .isPresent());
    }

    /** Links lead through l.facebook.com, which has the address they lead to in u. */
    private static URI unshimmed(URI uri) {
        if (!host(uri).endsWith("facebook.com") || uri.getRawQuery() == null) {
            return uri;
        }
        return Stream.of(uri.getRawQuery().split("&", -1))
                .filter(pair -> pair.startsWith("u="))
                .findFirst()
                .flatMap(pair -> decoded(pair.substring(2)))
                .flatMap(AnswerJson::webAddress)
                .orElse(uri);
    }

    private static Optional<String> decoded(String text) {
        try {
            return Optional.of(URLDecoder.decode(text, UTF_8));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Stream<JsonNode> attachments(JsonNode post) {
        var all = new HashSet<JsonNode>();
        for (var attachment : post.path("attachments").path("data")) {
            all.add(attachment);
            attachment.path("subattachments").path("data").forEach(all::add);
        }
        return all.stream();
    }

    private static boolean isShown(JsonNode post) {
        return post.path("is_published").asBoolean(true);
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text, GRAPH_TIME).toInstant());
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC)
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String host(URI uri) {
        var host = uri.getHost().toLowerCase(Locale.ROOT);
        return host.startsWith("www.") ? host.substring(4) : host;
    }

    private static String bare(URI uri) {
        var path = uri.getRawPath().replaceFirst("/$", "");
        return host(uri) + path + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }
}
