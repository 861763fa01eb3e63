package io.broadside.publisher.platform.linkedin;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * The text of a post in LinkedIn's own notation, in which a sign that is not escaped cuts off the rest of the text without a
 * word.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
 */
final class LittleText {

    private static final Pattern RESERVED = Pattern.compile("[\\\\|{}@\\[\\]()<>#*_~]");

    /** What stays as it is: a mention in full, and a hashtag, which has a letter and does not stand inside a word or address. */
    private static final Pattern ELEMENT = Pattern.compile(
            "@\\[(?<name>[^\\[\\]\\n]{1,200})\\]\\((?<urn>urn:li:(?:person|organization):[A-Za-z0-9_-]{1,64})\\)"
                    + "|(?<![\\p{L}\\p{N}_/&=?#.%-])#(?=\\p{N}*\\p{L})[\\p{L}\\p{M}\\p{N}]+");

    /** How LinkedIn gives a hashtag back. */
    private static final Pattern HASHTAG_TEMPLATE = Pattern.compile("\\{hashtag\\|[#\uff03]\\|([^}|]*)\\}");

    private LittleText() {}

    /** A text as a person writes it, so that it comes out the same. */
    static String of(String text) {
        var plain = Normalizer.normalize(text, Normalizer.Form.NFC);
        var result = new StringBuilder();
        var copied = 0;
        var elements = ELEMENT.matcher(plain);
        while (elements.find()) {
            result.append(escaped(plain.substring(copied, elements.start())));
            result.append(
                    elements.group("name") == null
                            ? elements.group()
                            : "@[" + escaped(elements.group("name")) + "](" + elements.group("urn") + ")");
            copied = elements.end();
        }
        return result.append(escaped(plain.substring(copied))).toString();
    }

    /** A text of either notation, for comparing: LinkedIn gives back what was sent, or what is shown. */
    static String comparable(String text) {
        var bare = HASHTAG_TEMPLATE.matcher(text.replace("\\", "")).replaceAll("#$1");
        return Normalizer.normalize(bare, Normalizer.Form.NFC)
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String escaped(String text) {
        return RESERVED.matcher(text).replaceAll("\\\\$0");
    }
}
