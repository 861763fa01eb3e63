package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.twitter.twittertext.Extractor;
import com.twitter.twittertext.TwitterTextParser;
import io.broadside.simulator.http.Json;
import java.util.ArrayList;
import java.util.List;

/** The text of a post as X counts it and as X shows it. */
final class TweetText {
    /** https://docs.x.com/fundamentals/counting-characters */
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static final int SLUG_LENGTH = 10;

    private TweetText() {}

    static boolean isTooLong(String text) {
        return TwitterTextParser.parseTweet(text).weightedLength
                > TwitterTextParser.TWITTER_TEXT_DEFAULT_CONFIG.getMaxWeightedTweetLength();
    }

    /** Not too long, and without characters that X refuses. */
    static boolean isValid(String text) {
        return TwitterTextParser.parseTweet(text).isValid;
    }

    /**
     * URLs replaced by t.co, the link to the media at the end, and HTML's characters escaped. Positions count code
     * points of the text as shown.
     */
    static Shown show(String text, String id, List<MediaLink> media) {
        var shown = new StringBuilder();
        var urls = Json.array();
        int copied = 0;
        int index = 0;
        for (var entity : new Extractor().extractURLsWithIndices(text)) {
            shown.append(escape(text.substring(copied, entity.getStart())));
            var url = entity.getValue();
            var expanded = url.regionMatches(true, 0, "http", 0, 4) ? url : "http://" + url;
            link(shown, urls, shortened(id, index++), expanded);
            copied = entity.getEnd();
        }
        shown.append(escape(text.substring(copied)));
        var mediaUrl = shortened(id, index);
        for (int i = 0; i < media.size(); i++) {
            // All media of a post share one link in the text, and have an entity each.
            if (i == 0) {
                shown.append(shown.isEmpty() ? "" : " ");
                link(shown, urls, mediaUrl, media.get(0).expandedUrl());
            } else {
                urls.add(urls.get(urls.size() - 1).deepCopy());
            }
            if (urls.get(urls.size() - 1) instanceof ObjectNode entity) {
                entity.put("expanded_url", media.get(i).expandedUrl());
            }
        }
        return new Shown(shown.toString(), urls);
    }

    private static void link(StringBuilder shown, ArrayNode urls, String url, String expanded) {
        int start = shown.codePointCount(0, shown.length());
        shown.append(url);
        urls.addObject()
                .put("start", start)
                .put("end", start + url.length())
                .put("url", url)
                .put("expanded_url", expanded)
                .put("display_url", display(expanded));
    }

    private static String display(String expanded) {
        var bare = expanded.replaceFirst("(?i)^https?://(www\\.)?", "");
        return bare.length() <= 26 ? bare : bare.substring(0, 26) + "…";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The same short URL whenever the same post is shown. */
    private static String shortened(String id, int index) {
        long value = Long.parseLong(id) * 31 + index;
        var slug = new ArrayList<Character>();
        for (int i = 0; i < SLUG_LENGTH; i++) {
            slug.add(ALPHABET.charAt((int) Math.floorMod(value, (long) ALPHABET.length())));
            value = Math.floorDiv(value, (long) ALPHABET.length());
        }
        var text = new StringBuilder("https://t.co/");
        slug.forEach(text::append);
        return text.toString();
    }

    /**
     * A text as clients get it.
     *
     * @param urls for {@code entities.urls}
     */
    record Shown(String text, ArrayNode urls) {}

    /** Where a medium of a post can be seen. */
    record MediaLink(String mediaKey, String expandedUrl) {}
}
