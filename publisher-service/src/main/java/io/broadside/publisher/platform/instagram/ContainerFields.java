package io.broadside.publisher.platform.instagram;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.Placement;
import io.broadside.publisher.platform.WebAddress;
import java.net.URI;
import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What containers are made with: https://developers.facebook.com/docs/instagram-platform/reference/instagram-user/media.
 *
 * <p>Descriptions exist for images in the feed only. Those of videos and of stories stay behind.
 */
final class ContainerFields {

    private ContainerFields() {}

    /** Of one medium of a carousel. */
    static Map<String, String> child(Media medium) {
        var fields = new LinkedHashMap<String, String>();
        if (PostKind.isVideo(medium)) {
            fields.put("media_type", "VIDEO");
            fields.put("video_url", address(medium.getUrl()));
        } else {
            fields.put("image_url", address(medium.getUrl()));
            describe(medium, fields);
        }
        fields.put("is_carousel_item", "true");
        return fields;
    }

    /** Of that which is published. */
    static Map<String, String> post(Content content, List<String> children) {
        var fields = new LinkedHashMap<String, String>();
        switch (PostKind.of(content)) {
            case IMAGE -> {
                var image = content.getMedia().getFirst();
                fields.put("image_url", address(image.getUrl()));
                addCaption(content, fields);
                describe(image, fields);
            }
            case CAROUSEL -> {
                fields.put("media_type", "CAROUSEL");
                fields.put("children", String.join(",", children));
                addCaption(content, fields);
            }
            case REEL -> {
                var video = content.getMedia().getFirst();
                fields.put("media_type", "REELS");
                fields.put("video_url", address(video.getUrl()));
                addCaption(content, fields);
                video.getThumbnailUrl().ifPresent(cover -> fields.put("cover_url", address(cover)));
                if (content.getPlacement() == Placement.FEED) {
                    fields.put("share_to_feed", "true");
                }
            }
            case STORY -> {
                var medium = content.getMedia().getFirst();
                fields.put("media_type", "STORIES");
                fields.put(PostKind.isVideo(medium) ? "video_url" : "image_url", address(medium.getUrl()));
            }
        }
        InstagramOptions.addTo(fields, content);
        return fields;
    }

    /** Text and link in one, NFC. Instagram has no cards, and shows an address as plain text. */
    static String caption(Content content) {
        var text = Normalizer.normalize(content.getText().orElse(""), Normalizer.Form.NFC);
        return content.getLink()
                .map(link -> link.getUrl().strip())
                .filter(url -> !text.contains(url))
                .map(url -> text.isBlank() ? url : text + "\n" + url)
                .orElse(text);
    }

    private static void addCaption(Content content, Map<String, String> fields) {
        var caption = caption(content);
        if (!caption.isBlank()) {
            fields.put("caption", caption);
        }
    }

    private static void describe(Media image, Map<String, String> fields) {
        image.getAltText().filter(text -> !text.isBlank()).ifPresent(text -> fields.put("alt_text", text));
    }

    /** Instagram takes addresses in ASCII only. */
    private static String address(String url) {
        return WebAddress.of(url).map(URI::toString).orElse(url);
    }
}
