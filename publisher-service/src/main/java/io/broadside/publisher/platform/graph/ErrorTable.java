package io.broadside.publisher.platform.graph;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What errors of a platform of the Graph API mean, by code and subcode. HTTP status plays no part: throttles, tokens and bad
 * input all come as 400.
 *
 * <p>A row for code and subcode wins over one for the subcode alone, and that over one for the code alone. Numbers that
 * some publishers met as a subcode and others as a code are looked for as both.
 */
public final class ErrorTable {

    private final String platform;
    private final String account;
    private final Map<Key, Row> byKey;
    private final String unknown;
    private final String lacksRight;

    /**
     * Of what all these platforms share, and a platform's own rows. Where both have a row for the same error, its own counts.
     *
     * @param platform its name, as people write it
     * @param account what it calls that which is connected, with its article: the Page
     */
    public ErrorTable(String platform, String account, List<Row> rows) {
        this.platform = platform;
        this.account = account;
        this.byKey = Stream.concat(GeneralErrors.rows(platform, account).stream(), rows.stream())
                .collect(Collectors.toUnmodifiableMap(Row::key, Function.identity(), (_, own) -> own));
        this.unknown = platform + " refuses for a reason unknown here; its code may tell.";
        this.lacksRight = "The connection may not do this; connect " + account + " again.";
    }

    /** What an error says: by its words where only they tell, or else by its numbers. */
    Row of(GraphError error) {
        return error.phrase()
                .map(phrase -> new Row(
                        new Key(error.code(), error.subcode()), phrase.meaning(), phrase.sentence(platform, account)))
                .orElseGet(() -> of(error.code(), error.subcode()));
    }

    /** What an error says; UNKNOWN for what the table does not have. */
    public Row of(int code, int subcode) {
        var pair = byKey.get(new Key(code, subcode));
        if (pair != null) {
            return pair;
        }
        for (var either : List.of(new Key(Key.EITHER, subcode), new Key(Key.EITHER, code), new Key(code, Key.ANY))) {
            var row = byKey.get(either);
            if (row != null) {
                return row;
            }
        }
        return code >= 200 && code <= 299
                ? new Row(new Key(code, Key.ANY), Meaning.NOT_ALLOWED, lacksRight)
                : new Row(new Key(code, subcode), Meaning.UNKNOWN, unknown);
    }

    /** A line of the table; the sentence is for a person. */
    public record Row(Key key, Meaning meaning, String sentence) {}

    /** Which errors a line is for. */
    public record Key(int code, int subcode) {
        // No platform uses these; -1 and -2 are codes of Instagram.
        private static final int ANY = Integer.MIN_VALUE;
        private static final int EITHER = Integer.MIN_VALUE + 1;
    }

    /** For a code with any subcode. */
    public static Row code(int code, Meaning meaning, String sentence) {
        return new Row(new Key(code, Key.ANY), meaning, sentence);
    }

    public static Row pair(int code, int subcode, Meaning meaning, String sentence) {
        return new Row(new Key(code, subcode), meaning, sentence);
    }

    /** For a number that is met as a code and as a subcode. */
    public static Row either(int number, Meaning meaning, String sentence) {
        return new Row(new Key(Key.EITHER, number), meaning, sentence);
    }
}
