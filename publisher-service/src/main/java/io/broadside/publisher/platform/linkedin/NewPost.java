package io.broadside.publisher.platform.linkedin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.WebAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What creates a post, in the words of either API. The same content gives the same bytes: LinkedIn knows a duplicate by them.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api,
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/ugc-post-api
 */
final class NewPost {

    private final Content content;
    private final Author author;
    private final List<String> media;

    /** @param media the content's files at LinkedIn, in order */
    NewPost(Content content, Author author, List<String> media) {
        this.content = content;
        this.author = author;
        this.media = media;
    }

    /** For {@code /rest/posts}. */
    String versioned() {
        var post = AnswerJson.newObject().put("author", author.urn()).put("commentary", LittleText.of(text()));
        post.put("visibility", visibility());
        var distribution = post.putObject("distribution").put("feedDistribution", "MAIN_FEED");
        distribution.putArray("targetEntities");
        distribution.putArray("thirdPartyDistributionChannels");
        if (!content.getMedia().isEmpty()) {
            putMedia(post.putObject("content"));
        } else if (content.getLink().isPresent()) {
            putArticle(
                    post.putObject("content").putObject("article"),
                    content.getLink().get());
        }
        return post.put("lifecycleState", "PUBLISHED")
                .put("isReshareDisabledByAuthor", false)
                .toString();
    }

    private void putMedia(ObjectNode target) {
        if (media.size() == 1) {
            var medium = content.getMedia().getFirst();
            var node = target.putObject("media").put("id", media.getFirst());
            titleOf(medium).ifPresent(title -> node.put("title", title));
            altTextOf(medium).ifPresent(text -> node.put("altText", text));
            return;
        }
        var images = target.putObject("multiImage").putArray("images");
        for (var i = 0; i < media.size(); i++) {
            var image = images.addObject().put("id", media.get(i));
            altTextOf(content.getMedia().get(i)).ifPresent(text -> image.put("altText", text));
        }
    }

    /** LinkedIn does not read the linked page, and takes no card without a title. */
    private void putArticle(ObjectNode article, Link link) {
        article.put("source", link.getUrl().strip());
        article.put("title", titleOf(link));
        link.getDescription().filter(text -> !text.isBlank()).ifPresent(text -> article.put("description", text));
        media.stream().findFirst().ifPresent(urn -> article.put("thumbnail", urn));
    }

    /** For {@code /v2/ugcPosts}, where text is plain. */
    String unversioned() {
        var post = AnswerJson.newObject().put("author", author.urn()).put("lifecycleState", "PUBLISHED");
        var share = post.putObject("specificContent").putObject("com.linkedin.ugc.ShareContent");
        share.putObject("shareCommentary").put("text", text());
        if (!content.getMedia().isEmpty()) {
            share.put("shareMediaCategory", "IMAGE");
            var list = share.putArray("media");
            for (var i = 0; i < media.size(); i++) {
                var node = list.addObject().put("status", "READY").put("media", media.get(i));
                altTextOf(content.getMedia().get(i))
                        .ifPresent(text -> node.putObject("description").put("text", text));
                titleOf(content.getMedia().get(i))
                        .ifPresent(text -> node.putObject("title").put("text", text));
            }
        } else if (content.getLink().isPresent()) {
            var link = content.getLink().get();
            share.put("shareMediaCategory", "ARTICLE");
            var node = share.putArray("media")
                    .addObject()
                    .put("status", "READY")
                    .put("originalUrl", link.getUrl().strip());
            link.getTitle().ifPresent(text -> node.putObject("title").put("text", text));
            link.getDescription()
                    .ifPresent(text -> node.putObject("description").put("text", text));
        } else {
            share.put("shareMediaCategory", "NONE");
        }
        post.putObject("visibility").put("com.linkedin.ugc.MemberNetworkVisibility", visibility());
        return post.toString();
    }

    private String text() {
        return content.getText().orElse("");
    }

    private String visibility() {
        return content.getVisibility() == Visibility.CONNECTIONS ? "CONNECTIONS" : "PUBLIC";
    }

    private static Optional<String> titleOf(Media medium) {
        return medium.getTitle().filter(title -> !title.isBlank());
    }

    private static Optional<String> altTextOf(Media medium) {
        var isImage = medium.getKind() == MediaKind.IMAGE || medium.getKind() == MediaKind.GIF;
        return medium.getAltText().filter(text -> isImage && !text.isBlank());
    }

    private static String titleOf(Link link) {
        return link.getTitle()
                .filter(title -> !title.isBlank())
                .orElseGet(() -> WebAddress.of(link.getUrl()).map(URI::getHost).orElse(link.getUrl()));
    }
}
