package io.broadside.publisher.platform.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.broadside.publisher.platform.AnswerJson;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What in a text is a link, a mention or a tag. The platform shows as such only what the post says is one, and where: by offsets
 * into the text's UTF-8 bytes, the end excluded. It does not check them.
 *
 * <p>https://docs.bsky.app/docs/advanced-guides/post-richtext
 */
final class Facets {

    static final int LONGEST_TAG = 64;

    /** https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json */
    static final int MOST_BYTES_OF_TAG = 640;

    /** What the platform's own app takes for blanks: those of every script, and the mark of a byte order. */
    private static final String BLANKS = "\\s\\p{Z}\\ufeff";

    private static final String BEGINS = "(?<![^" + BLANKS + "(])";

    private static final Pattern LINK =
            Pattern.compile(BEGINS + "https?://[^" + BLANKS + "<>\"]+", Pattern.CASE_INSENSITIVE);

    private static final Pattern MENTION = Pattern.compile(
            BEGINS + "@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,126}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)",
            Pattern.CASE_INSENSITIVE);

    /** Not a number alone, which is an item of a list; what ends a sentence does not belong to it. */
    private static final Pattern TAG =
            Pattern.compile(BEGINS + "[#\uff03](?!\ufe0f)([^" + BLANKS + "#\u200b-\u200d\u2060\u00ad]+)");

    private static final Pattern TRAILING = Pattern.compile("\\p{Punct}+$|[\\p{P}&&[^_]]+$");

    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";

    private Facets() {}

    /** Something in a text, by its place in characters. */
    private record Span(int start, int end, String type, String field, String value) {}

    /** The handles that a text mentions, in lower case and in their order. */
    static List<String> handles(String text) {
        return MENTION.matcher(text)
                .results()
                .map(found -> found.group(1).toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }

    /**
     * The facets of a text.
     *
     * @param names whose account a handle is; one that is nobody's stays text
     */
    static ArrayNode of(String text, Map<String, String> names) {
        var spans = new ArrayList<Span>();
        links(text, spans);
        MENTION.matcher(text).results().forEach(found -> {
            var did = names.getOrDefault(found.group(1).toLowerCase(Locale.ROOT), "");
            if (!did.isEmpty()) {
                add(spans, new Span(found.start(), found.end(), "mention", "did", did));
            }
        });
        TAG.matcher(text).results().forEach(found -> {
            var tag = TRAILING.matcher(found.group(1)).replaceFirst("");
            if (!tag.isEmpty() && !tag.matches("[\\d\\p{P}]+") && isShort(tag)) {
                add(spans, new Span(found.start(), found.start() + 1 + tag.length(), "tag", "tag", tag));
            }
        });
        spans.sort(Comparator.comparingInt(Span::start));
        var facets = AnswerJson.newObject().putArray("facets");
        spans.forEach(span -> {
            var facet = facets.addObject();
            var start = bytes(text.substring(0, span.start()));
            facet.putObject("index")
                    .put("byteStart", start)
                    .put("byteEnd", start + bytes(text.substring(span.start(), span.end())));
            facet.putArray("features")
                    .addObject()
                    .put("$type", "app.bsky.richtext.facet#" + span.type())
                    .put(span.field(), span.value());
        });
        return facets;
    }

    private static void links(String text, List<Span> spans) {
        LINK.matcher(text).results().forEach(found -> {
            var url = withoutSentence(found.group());
            LinkAddress.of(url)
                    .ifPresent(uri ->
                            spans.add(new Span(found.start(), found.start() + url.length(), "link", "uri", uri)));
        });
    }

    /** Without the full stop behind it, and without a bracket that was opened before it. */
    private static String withoutSentence(String url) {
        var end = url.length();
        while (end > 0 && endsWithSentence(url.substring(0, end))) {
            end--;
        }
        return url.substring(0, end);
    }

    private static boolean endsWithSentence(String url) {
        var last = url.charAt(url.length() - 1);
        var bracket = CLOSING.indexOf(last);
        return bracket < 0
                ? ".,;:!?'\"".indexOf(last) >= 0
                : count(url, OPENING.charAt(bracket)) < count(url, CLOSING.charAt(bracket));
    }

    private static long count(String text, char sought) {
        return text.chars().filter(c -> c == sought).count();
    }

    /** Only where nothing is yet: a tag in an address is a part of it. */
    private static void add(List<Span> spans, Span span) {
        if (spans.stream().noneMatch(other -> span.start() < other.end() && other.start() < span.end())) {
            spans.add(span);
        }
    }

    /** Whoever writes a longer one writes a word: the server would refuse the whole post. */
    private static boolean isShort(String tag) {
        return graphemes(tag) <= LONGEST_TAG && bytes(tag) <= MOST_BYTES_OF_TAG;
    }

    static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }

    /** Its length as people count, and as the platform does. */
    static int graphemes(String text) {
        var breaks = BreakIterator.getCharacterInstance(Locale.ROOT);
        breaks.setText(text);
        var count = 0;
        while (breaks.next() != BreakIterator.DONE) {
            count++;
        }
        return count;
    }
}
