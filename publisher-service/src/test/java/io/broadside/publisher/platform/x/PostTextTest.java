package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Content;
import io.broadside.publisher.platform.AnswerJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PostTextTest {

    @ParameterizedTest
    @CsvSource({
        "Hi http://test.co, 26",
        "http://test.co, 23",
        "H🐱☺👨‍👩‍👧‍👦, 7",
        "example.com, 23",
        "hello, 5",
    })
    void countsAsXDoes(String text, int length) {
        assertThat(PostText.weightedLength(text)).hasValue(length);
    }

    @Test
    void countsLinksTheSameHoweverLongTheyAre() {
        assertThat(PostText.weightedLength("https://www.twitter.com/aloha ".repeat(10)))
                .hasValue(240);
    }

    @Test
    void countsCharactersOfChineseJapaneseAndKoreanTwice() {
        assertThat(PostText.weightedLength("\u6f22".repeat(160))).hasValue(320);
    }

    @Test
    void appendsALinkOnce() {
        var link = aLink("https://example.org/a");
        assertThat(PostText.of(aText("Look").setLink(link).build())).isEqualTo("Look\nhttps://example.org/a");
        assertThat(PostText.of(
                        aText("Look: https://example.org/a").setLink(link).build()))
                .isEqualTo("Look: https://example.org/a");
        assertThat(PostText.of(Content.newBuilder().setLink(link).build())).isEqualTo("https://example.org/a");
    }

    /** One that another address begins with is not there. */
    @ParameterizedTest
    @CsvSource({
        "See https://example.org/abc, false",
        "See https://example.org/a?b, false",
        "See https://example.org/a., true",
        "See (https://example.org/a), true",
        "https://example.org/abc https://example.org/a, true",
    })
    void appendsALinkThatIsOnlyTheBeginningOfAnother(String text, boolean isThere) {
        assertThat(PostText.of(
                        aText(text).setLink(aLink("https://example.org/a")).build()))
                .isEqualTo(isThere ? text : text + "\nhttps://example.org/a");
    }

    @Test
    void appendsALinkOnceThatXDoesNotTakeForOne() {
        var link = aLink("https://cdn.internal:8080/a_b|c");
        var text = "See https://cdn.internal:8080/a_b|c now";
        assertThat(PostText.of(aText(text).setLink(link).build())).isEqualTo(text);
    }

    @Test
    void doesNotCountWhatNoPostHas() {
        // Given
        var brackets = "http://a.co/" + "(a)".repeat(30_000);
        var words = "a ".repeat(50_001);
        // Then
        assertThat(PostText.weightedLength(brackets)).isEmpty();
        assertThat(PostText.weightedLength(words)).isEmpty();
        assertThat(PostText.of(
                        aText(brackets).setLink(aLink("https://example.org/a")).build()))
                .isEqualTo(brackets + "\nhttps://example.org/a");
        assertThat(PostText.comparable(brackets)).isEqualTo(brackets);
    }

    @Test
    void composesCharacters() {
        assertThat(PostText.of(aText("Cafe\u0301").build())).isEqualTo("Café");
    }

    @Test
    void recognisesWhatXMadeOfAText() {
        // Given
        var sent = "Tom & Jerry <3 https://Example.org/a/ and example.com\n\nbye ";
        var shown = json(
                "{\"text\":\"Tom &amp; Jerry &lt;3 https://t.co/aaaaaaaaaa and https://t.co/bbbbbbbbbb\\nbye https://t.co/cccccccccc\","
                        + "\"entities\":{\"urls\":["
                        + "{\"url\":\"https://t.co/aaaaaaaaaa\",\"expanded_url\":\"https://example.org/a/\"},"
                        + "{\"url\":\"https://t.co/bbbbbbbbbb\",\"expanded_url\":\"http://example.com\"},"
                        + "{\"url\":\"https://t.co/cccccccccc\",\"expanded_url\":\"https://x.com/i/photo/1\",\"media_key\":\"3_1\"}]}}");
        // Then
        assertThat(PostText.comparable(shown)).isEqualTo(PostText.comparable(sent));
    }

    /** Of two links at the end the last one is to the media, whatever the other leads to. */
    @Test
    void leavesOutTheLinkToTheMediaAlone() {
        var page = "https://x.com/u/status/7/photo/1";
        var shown = "\"text\":\"see https://t.co/aa https://t.co/bb\",\"entities\":{\"urls\":["
                + "{\"url\":\"https://t.co/aa\",\"expanded_url\":\"" + page + "\"},"
                + "{\"url\":\"https://t.co/bb\",\"expanded_url\":\"https://x.com/u/status/8/photo/1\"}]}";
        assertThat(PostText.comparable(json("{" + shown + ",\"attachments\":{\"media_keys\":[\"3_1\"]}}")))
                .isEqualTo(PostText.comparable("see " + page));
        assertThat(PostText.comparable(json("{" + shown + "}")))
                .isEqualTo(PostText.comparable("see " + page + " https://x.com/u/status/8/photo/1"));
    }

    @Test
    void readsTheWholeOfALongPost() {
        var shown = json(
                "{\"text\":\"The beginning…\",\"note_tweet\":{\"text\":\"The beginning and https://t.co/a\",\"entities\":"
                        + "{\"urls\":[{\"url\":\"https://t.co/a\",\"expanded_url\":\"https://example.org\"}]}}}");
        assertThat(PostText.comparable(shown)).isEqualTo("The beginning and example.org");
    }

    private static JsonNode json(String text) {
        return AnswerJson.objectIn(text).orElseThrow();
    }
}
