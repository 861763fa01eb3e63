package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import com.twitter.twittertext.Extractor;
import com.twitter.twittertext.Extractor.Entity;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The text of a post: as it is sent, as X counts it, and as it compares with what X gives back.
 *
 * <p>https://docs.x.com/fundamentals/counting-characters
 */
final class PostText {

    /** Far beyond what any post on X has, in code points: of its longest ones 25,000 count. */
    private static final int LONGEST = 100_000;

    /** What X makes of every address. */
    private static final Pattern SHORT_LINK = Pattern.compile("https?://t\\.co/[A-Za-z0-9]+");

    private static final Pattern LAST_SHORT_LINK = Pattern.compile("(" + SHORT_LINK.pattern() + ")\\s*$");

    /** Where X shows the media of a post. */
    private static final Pattern MEDIA_PAGE = Pattern.compile("[^/]+/.+/status/[0-9]+/(?:photo|video)/[0-9]+");

    private PostText() {}

    /** Text and link in one, NFC. X has no cards: a link is an address in the text. */
    static String of(Content content) {
        var text = Normalizer.normalize(content.getText().orElse(""), Normalizer.Form.NFC);
        return content.getLink()
                .map(link -> link.getUrl().strip())
                .filter(url -> !hasLink(text, url))
                .map(url -> text.isBlank() ? url : text + "\n" + url)
                .orElse(text);
    }

    /** Whether a text has this very address, as X sees it or as a word of its own; not as the beginning of another one. */
    private static boolean hasLink(String text, String url) {
        return text.contains(url)
                && (linksIn(text).stream().anyMatch(link -> link.getValue().equals(url))
                        || Stream.of(text.split("\\s+", -1)).anyMatch(url::equals));
    }

    /** All posts of a content, in their order. */
    static List<Part> parts(Content content) {
        return Part.of(content, of(content), text -> Normalizer.normalize(text, Normalizer.Form.NFC));
    }

    /** Its length as X counts; empty for a text that X's library cannot count, which is longer than any post. */
    static OptionalInt weightedLength(String text) {
        return counted(text, () -> TwitterTextParser.parseTweet(text).weightedLength)
                .map(OptionalInt::of)
                .orElseGet(OptionalInt::empty);
    }

    static boolean hasForbiddenCharacters(String text) {
        return Validator.hasInvalidCharacters(text);
    }

    static int cashtags(String text) {
        return counted(text, () -> new Extractor().extractCashtags(text).size()).orElse(0);
    }

    /** A text as it was sent, for comparing. */
    static String comparable(String sent) {
        return normal(replaceLinks(sent, link -> bare(link.getValue())));
    }

    /** The same without any links. */
    static String wording(String sent) {
        return normal(replaceLinks(sent, _ -> " "));
    }

    /** The text of a post that X shows, for comparing: links as they were written, without the one to its media. */
    static String comparable(JsonNode post) {
        var whole = whole(post);
        var links = writtenLinks(whole.path("entities"));
        var text = withoutMediaLink(whole.path("text").asText(), links, post);
        return shown(text, link -> links.getOrDefault(link.group(), link.group()));
    }

    /** The same without any links. */
    static String wording(JsonNode post) {
        return shown(whole(post).path("text").asText(), _ -> " ");
    }

    private static JsonNode whole(JsonNode post) {
        var note = post.path("note_tweet");
        return AnswerJson.text(note, "text").isPresent() ? note : post;
    }

    private static String shown(String text, Function<MatchResult, String> written) {
        var plain = SHORT_LINK.matcher(text).replaceAll(link -> Matcher.quoteReplacement(written.apply(link)));
        return normal(plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }

    /** X ends the text of a post with media with a link to them, of which it need not say what it is. */
    private static String withoutMediaLink(String text, Map<String, String> links, JsonNode post) {
        var last = LAST_SHORT_LINK.matcher(text);
        if (post.path("attachments").path("media_keys").isEmpty() || !last.find()) {
            return text;
        }
        var link = links.get(last.group(1));
        return link == null || link.isEmpty() || MEDIA_PAGE.matcher(link).matches()
                ? text.substring(0, last.start())
                : text;
    }

    /** What was written in the place of X's own links; nothing in that of one to media. */
    private static Map<String, String> writtenLinks(JsonNode entities) {
        var links = new HashMap<String, String>();
        for (var link : entities.path("urls")) {
            var isMedia = link.has("media_key");
            AnswerJson.text(link, "url")
                    .ifPresent(url -> links.put(
                            url, isMedia ? "" : bare(link.path("expanded_url").asText(url))));
        }
        return links;
    }

    private static String replaceLinks(String text, Function<Entity, String> replacement) {
        var result = new StringBuilder();
        var copied = 0;
        for (var link : linksIn(text)) {
            result.append(text, copied, link.getStart()).append(replacement.apply(link));
            copied = link.getEnd();
        }
        return result.append(text.substring(copied)).toString();
    }

    private static List<Entity> linksIn(String text) {
        return counted(text, () -> new Extractor().extractURLsWithIndices(text)).orElse(List.of());
    }

    /** What the library makes of a text; empty where it cannot. It calls itself for each pair of brackets in an address. */
    private static <T> Optional<T> counted(String text, Supplier<T> library) {
        if (text.codePointCount(0, text.length()) > LONGEST) {
            return Optional.empty();
        }
        try {
            return Optional.of(library.get());
        } catch (StackOverflowError _) {
            return Optional.empty();
        }
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
