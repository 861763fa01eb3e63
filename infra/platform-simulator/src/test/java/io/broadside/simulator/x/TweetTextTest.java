package io.broadside.simulator.x;

import static org.assertj.core.api.Assertions.assertThat;

import com.twitter.twittertext.TwitterTextParser;
import java.util.List;
import org.junit.jupiter.api.Test;

class TweetTextTest {
    @Test
    void weighsTextAsTheNetworkDoes() {
        assertThat(weight("Hi http://test.co")).isEqualTo(26);
        assertThat(weight("http://test.co")).isEqualTo(23);
        assertThat(weight("H🐱☺👨‍👩‍👧‍👦")).isEqualTo(7);
        assertThat(weight("中".repeat(160))).isEqualTo(320);
    }

    @Test
    void showsSchemelessLinksWithTheirScheme() {
        // When
        var shown = TweetText.show("😀 example.com!", "1", List.of());
        // Then
        assertThat(shown.text()).matches("😀 https://t\\.co/.{10}!");
        assertThat(shown.urls().get(0).path("expanded_url").asText()).isEqualTo("http://example.com");
        assertThat(shown.urls().get(0).path("start").asInt()).isEqualTo(2);
    }

    @Test
    void endsWithALinkToTheMedia() {
        // When
        var shown = TweetText.show(
                "Look", "1", List.of(new TweetText.MediaLink("3_7", "https://x.com/a/status/1/photo/1")));
        // Then
        assertThat(shown.text()).matches("Look https://t\\.co/.{10}");
        assertThat(shown.urls().get(0).path("expanded_url").asText()).isEqualTo("https://x.com/a/status/1/photo/1");
    }

    private static int weight(String text) {
        return TwitterTextParser.parseTweet(text).weightedLength;
    }
}
