package io.broadside.publisher.platform.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FacetsTest {

    private static final String DID = "did:plc:alice";
    private static final Map<String, String> NAMES = Map.of("alice.test", DID);

    /** Of one to four bytes each, with joiners, marks and flags among them. */
    private static final List<String> PIECES = List.of(
            "a",
            "é",
            "e\u0301",
            "ß",
            "字",
            "\ud83d\ude00",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
            "\ud83c\uddeb\ud83c\uddee",
            "\u05e9",
            "(",
            ".",
            ",",
            "\n",
            " ",
            "\u00a0",
            "\u3000",
            "-");

    private static final List<String> MARKED =
            List.of("#tag", "#größe", "https://ex.test/a?b=ü", "@alice.test", "#\u5b57", "http://ex.test");

    static Stream<String> texts() {
        var dice = new Random(42);
        return IntStream.range(0, 500).mapToObj(_ -> {
            var text = new StringBuilder();
            for (var i = 0; i < 1 + dice.nextInt(30); i++) {
                text.append(
                        dice.nextInt(4) == 0
                                ? " " + MARKED.get(dice.nextInt(MARKED.size())) + " "
                                : PIECES.get(dice.nextInt(PIECES.size())));
            }
            return text.toString();
        });
    }

    @ParameterizedTest
    @MethodSource("texts")
    void offsetsCutOutOfTheBytesWhatTheFacetIsAbout(String text) {
        // When
        var facets = Facets.of(text, NAMES);
        // Then
        var bytes = text.getBytes(UTF_8);
        var end = 0;
        for (var facet : facets) {
            var from = facet.path("index").path("byteStart").asInt();
            var to = facet.path("index").path("byteEnd").asInt();
            assertThat(from).as("%s in %s", facet, text).isGreaterThanOrEqualTo(end);
            assertThat(to).isGreaterThan(from).isLessThanOrEqualTo(bytes.length);
            end = to;
            var cut = new String(Arrays.copyOfRange(bytes, from, to), UTF_8);
            var feature = facet.path("features").path(0);
            switch (feature.path("$type").asText()) {
                case "app.bsky.richtext.facet#tag" ->
                    assertThat(cut).isEqualTo("#" + feature.path("tag").asText());
                case "app.bsky.richtext.facet#mention" -> assertThat(cut).isEqualTo("@alice.test");
                case "app.bsky.richtext.facet#link" ->
                    assertThat(cut).startsWith("http").hasSizeGreaterThanOrEqualTo("http://ex.test".length());
                default -> throw new AssertionError(feature);
            }
        }
        // Each that stands between blanks is found.
        var marked = Stream.of(text.split("\\s", -1)).filter(MARKED::contains).count();
        assertThat(facets.size()).isGreaterThanOrEqualTo((int) marked);
    }

    @Test
    void countsTheBytesBeforeATag() {
        assertThat(Facets.of("é #tag", Map.of()))
                .hasToString("[{\"index\":{\"byteStart\":3,\"byteEnd\":7},\"features\":"
                        + "[{\"$type\":\"app.bsky.richtext.facet#tag\",\"tag\":\"tag\"}]}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "See https://ex.test/a.| https://ex.test/a",
                "(https://ex.test/a)| https://ex.test/a",
                "https://ex.test/a_(b)| https://ex.test/a_(b)",
                "https://ex.test/a#part, and| https://ex.test/a#part",
                "#one, two| one",
                "#one!| one",
                "#c_d| c_d",
            })
    void leavesOutWhatEndsTheSentence(String text, String value) {
        assertThat(values(text)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"#1| x", "a#b| x", "mail@alice.test| x", "# | x", "ftp://ex.test| x"})
    void leavesAloneWhatIsNone(String text, String ignored) {
        assertThat(values(text)).as(ignored).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "#\u304a\u5f97\u3000\u8a73\u7d30\u306f| \u304a\u5f97",
                "\u65b0\u3000#\u30bf\u30b0| \u30bf\u30b0",
                "https://ex.test/a\u3000\u307e\u3067| https://ex.test/a",
                "https://ex.test/a\u00a0:| https://ex.test/a",
                "\u65b0\u3000@alice.test\u3000\u3067\u3059| did:plc:alice",
                "\u65b0\u2028https://ex.test/a\ufeff| https://ex.test/a",
            })
    void blanksOfEveryScriptAreBlanks(String text, String value) {
        assertThat(values(text)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://my_shop.example/| https://my_shop.example/",
                "HTTPS://my_shop.example:8443| https://my_shop.example:8443",
                "https://b\u00fccher.example/\u00fc?q=\u00fc#\u00fc| https://xn--bcher-kva.example/%C3%BC?q=%C3%BC#%C3%BC",
                "https://\u4f8b\u3048\u3002\u30c6\u30b9\u30c8/a| https://xn--r8jz45g.xn--zckzah/a",
                "'https://ex.test/a|b'| https://ex.test/a%7Cb",
                "https://ex.test/{id}| https://ex.test/%7Bid%7D",
                "See https://ex.test/{id}}.| https://ex.test/%7Bid%7D",
                "https://ex.test/100%| https://ex.test/100%25",
                "https://ex.test/100%/a%20b| https://ex.test/100%25/a%20b",
                "https://ex.test/a#b#c| https://ex.test/a#b%23c",
                "https://ex.test/a\\b^c`d[1]| https://ex.test/a%5Cb%5Ec%60d%5B1%5D",
            })
    void aLinkIsOneWhateverHasToBeEncodedInIt(String text, String value) {
        assertThat(values(text)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource({
        "https://me:secret@my_shop.example/, gives credentials away",
        "https://good.example\\@evil.example/, leads elsewhere in some browsers",
        "https://stra\u00dfe.example/, another name by Java's rules",
        "https://my_shop.example:99999/, no port",
        "https://a..b|c.example/, no name",
        "https://, no name",
    })
    void aLinkThatLeadsNowhereOrElsewhereStaysText(String text, String reason) {
        assertThat(values(text)).as(reason).isEmpty();
    }

    @Test
    void aTagThatTheServerWouldRefuseIsAWord() {
        assertThat(values("#" + "a".repeat(64))).hasSize(1);
        assertThat(values("#" + "a".repeat(65))).isEmpty();
        // 60 as people count, and 660 bytes.
        assertThat(values("#" + "e\u0301\u0301\u0301\u0301\u0301".repeat(60))).isEmpty();
    }

    @Test
    void aHandleOfNobodyStaysText() {
        assertThat(values("@bob.test and @ALICE.test")).containsExactly(DID);
    }

    @Test
    void countsWhatPeopleSeeAsOne() {
        assertThat(Facets.graphemes("e\u0301\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\ud83c\uddeb\ud83c\uddee"))
                .isEqualTo(3);
    }

    private static List<String> values(String text) {
        return StreamSupport.stream(Facets.of(text, NAMES).spliterator(), false)
                .map(facet -> facet.path("features").path(0))
                .map(feature -> Stream.of("uri", "did", "tag")
                        .map(feature::path)
                        .filter(JsonNode::isTextual)
                        .findFirst()
                        .orElseThrow()
                        .asText())
                .toList();
    }
}
