package io.broadside.simulator.linkedin;

import java.util.regex.Pattern;

/**
 * What readers see of a commentary in LinkedIn's format "little text".
 *
 * <p>Reserved characters are written with a backslash before them, except in hashtags and mentions. Where one is not, the real
 * network shows nothing from there on and answers as if all were well; so does this one.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
 *
 * @param shown without escapes
 * @param isCut whether something was lost
 */
record LittleText(String shown, boolean isCut) {
    private static final String RESERVED = "\\|{}@[]()<>#*_~";
    private static final Pattern HASHTAG = Pattern.compile("#[\\p{L}\\p{N}_]+");
    private static final Pattern HASHTAG_TEMPLATE = Pattern.compile("\\{hashtag\\|\\\\?#\\|([^|{}]+)}");
    private static final Pattern MENTION = Pattern.compile(
            "@\\[((?:[^\\\\\\]]|\\\\.)*)]\\(urn:li:(?:person|organization|school|memberPhoto):[A-Za-z0-9_-]+\\)");

    static LittleText of(String sent) {
        var shown = new StringBuilder();
        int at = 0;
        while (at < sent.length()) {
            char next = sent.charAt(at);
            if (next == '\\') {
                boolean escapes = at + 1 < sent.length() && RESERVED.indexOf(sent.charAt(at + 1)) >= 0;
                shown.append(escapes ? sent.charAt(at + 1) : next);
                at += escapes ? 2 : 1;
            } else if (RESERVED.indexOf(next) < 0) {
                shown.append(next);
                at++;
            } else {
                int end = element(sent, at, shown);
                if (end < 0) {
                    return new LittleText(shown.toString(), true);
                }
                at = end;
            }
        }
        return new LittleText(shown.toString(), false);
    }

    /** Where the hashtag or mention that begins here ends; -1 when it is none. */
    private static int element(String sent, int at, StringBuilder shown) {
        var hashtag = HASHTAG.matcher(sent).region(at, sent.length());
        if (hashtag.lookingAt()) {
            shown.append(hashtag.group());
            return hashtag.end();
        }
        var template = HASHTAG_TEMPLATE.matcher(sent).region(at, sent.length());
        if (template.lookingAt()) {
            shown.append('#').append(template.group(1));
            return template.end();
        }
        var mention = MENTION.matcher(sent).region(at, sent.length());
        if (mention.lookingAt()) {
            shown.append(mention.group(1).replaceAll("\\\\(.)", "$1"));
            return mention.end();
        }
        return -1;
    }
}
