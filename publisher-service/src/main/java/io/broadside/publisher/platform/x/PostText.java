package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import com.twitter.twittertext.Extractor;
import com.twitter.twittertext.TwitterTextParser;
import com.twitter.twittertext.Validator;
import io.broadside.events.Content;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.thread.Part;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The text of a post: as it is sent, as X counts it, and as it compares with what X gives back.
 *
 * <p>https://docs.x.com/fundamentals/counting-characters
 */
final class PostText {

    private PostText() {}

    /** Text and link in one, NFC. X has no cards: a link is an address in the text. */
    static String of(Content content) {
        var text = Normalizer.normalize(content.getText().orElse(""), Normalizer.Form.NFC);
        return content.getLink()
                .map(link -> link.getUrl().strip())
                .filter(url -> !text.contains(url))
                .map(url -> text.isBlank() ? url : text + "\n" + url)
                .orElse(text);
    }

    /** All posts of a content, in their order. */
    static List<Part> parts(Content content) {
        return Part.of(content, of(content), text -> Normalizer.normalize(text, Normalizer.Form.NFC));
    }

    /** Its length as X counts. */
    static int weightedLength(String text) {
        return TwitterTextParser.parseTweet(text).weightedLength;
    }

    static boolean hasForbiddenCharacters(String text) {
        return Validator.hasInvalidCharacters(text);
    }

    /** A text as it was sent, for comparing. */
    static String comparable(String sent) {
        var result = new StringBuilder();
        var copied = 0;
        for (var url : new Extractor().extractURLsWithIndices(sent)) {
            result.append(sent, copied, url.getStart()).append(bare(url.getValue()));
            copied = url.getEnd();
        }
        return normal(result.append(sent.substring(copied)).toString());
    }

    /** The text of a post that X shows, for comparing: links as they were written, without the one to its media. */
    static String comparable(JsonNode post) {
        var note = post.path("note_tweet");
        var whole = AnswerJson.text(note, "text").isPresent() ? note : post;
        var text = whole.path("text").asText();
        for (var link : linksIn(whole.path("entities")).entrySet()) {
            text = text.replace(link.getKey(), link.getValue());
        }
        return normal(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }

    private static Map<String, String> linksIn(JsonNode entities) {
        var links = new HashMap<String, String>();
        for (var link : entities.path("urls")) {
            var isMedia = link.has("media_key");
            AnswerJson.text(link, "url")
                    .ifPresent(url -> links.put(
                            url, isMedia ? "" : bare(link.path("expanded_url").asText(url))));
        }
        return links;
    }

    /** X gives an address without a scheme one, and may write the host its own way. */
    private static String bare(String url) {
        var rest = url.replaceFirst("(?i)^https?://", "");
        var slash = rest.indexOf('/');
        return slash < 0
                ? rest.toLowerCase(Locale.ROOT)
                : rest.substring(0, slash).toLowerCase(Locale.ROOT)
                        + rest.substring(slash).replaceFirst("/$", "");
    }

    private static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC)
                .replaceAll("\\s+", " ")
                .strip();
    }
}
