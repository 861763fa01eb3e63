package io.broadside.runtime.http;

import java.util.regex.Pattern;

/** What may stand in a header: anything else could end the header and begin another. */
final class HeaderText {

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

    private HeaderText() {}

    /** @throws IllegalArgumentException without the name in it */
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("The name of a header holds a character that may not be there.");
        }
    }

    /** @throws IllegalArgumentException without the value in it, since it may be a secret */
    static void require(String value) {
        if (!VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException("The value of a header holds a character that may not be there.");
        }
    }
}
