package io.broadside.publisher.platform.tiktok;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.Content;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.WebAddress;
import java.net.URI;

/**
 * What a post is begun with.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-direct-post,
 * https://developers.tiktok.com/doc/content-posting-api-reference-photo-post
 */
final class PostBody {

    private final Content content;
    private final TikTokOptions options;
    private final Permits permits;

    PostBody(Content content, Permits permits) {
        this.content = content;
        this.options = new TikTokOptions(content);
        this.permits = permits;
    }

    /** A video whose bytes are going to be uploaded. */
    String uploadedVideo(Chunks chunks) {
        var body = video();
        body.putObject("source_info")
                .put("source", "FILE_UPLOAD")
                .put("video_size", chunks.size())
                .put("chunk_size", chunks.chunkSize())
                .put("total_chunk_count", chunks.count());
        return body.toString();
    }

    /** A video that TikTok fetches. */
    String pulledVideo() {
        var body = video();
        body.putObject("source_info")
                .put("source", "PULL_FROM_URL")
                .put("video_url", address(content.getMedia().getFirst().getUrl()));
        return body.toString();
    }

    /** Photos, which TikTok fetches. */
    String photos() {
        var body = AnswerJson.newObject().put("media_type", "PHOTO").put("post_mode", "DIRECT_POST");
        var info = body.putObject("post_info");
        options.text(TikTokOptions.TITLE).ifPresent(title -> info.put("title", title));
        info.put("description", content.getText().orElse(""))
                .put("privacy_level", permits.level())
                .put("disable_comment", permits.noComments());
        options.flag(TikTokOptions.AUTO_ADD_MUSIC).ifPresent(music -> info.put("auto_add_music", music));
        brand(info);
        var source = body.putObject("source_info").put("source", "PULL_FROM_URL");
        var images = source.putArray("photo_images");
        content.getMedia().forEach(medium -> images.add(address(medium.getUrl())));
        source.put(
                "photo_cover_index", options.number(TikTokOptions.COVER_INDEX).orElse(0));
        return body.toString();
    }

    private ObjectNode video() {
        var body = AnswerJson.newObject();
        var info = body.putObject("post_info")
                .put("title", content.getText().orElse(""))
                .put("privacy_level", permits.level())
                .put("disable_comment", permits.noComments())
                .put("disable_duet", permits.noDuets())
                .put("disable_stitch", permits.noStitches());
        options.number(TikTokOptions.COVER_TIMESTAMP).ifPresent(at -> info.put("video_cover_timestamp_ms", at));
        brand(info);
        options.flag(TikTokOptions.MADE_WITH_AI).ifPresent(isMade -> info.put("is_aigc", isMade));
        return body;
    }

    private void brand(ObjectNode info) {
        options.flag(TikTokOptions.BRAND_CONTENT).ifPresent(is -> info.put("brand_content_toggle", is));
        options.flag(TikTokOptions.BRAND_ORGANIC).ifPresent(is -> info.put("brand_organic_toggle", is));
    }

    private static String address(String url) {
        return WebAddress.of(url).map(URI::toString).orElse(url);
    }
}
