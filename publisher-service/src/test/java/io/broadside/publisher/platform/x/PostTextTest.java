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
        assertThat(PostText.weightedLength(text)).isEqualTo(length);
    }

    @Test
    void countsLinksTheSameHoweverLongTheyAre() {
        assertThat(PostText.weightedLength("https://www.twitter.com/aloha ".repeat(10)))
                .isEqualTo(240);
    }

    @Test
    void countsCharactersOfChineseJapaneseAndKoreanTwice() {
        assertThat(PostText.weightedLength("\u6f22".repeat(160))).isEqualTo(320);
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
