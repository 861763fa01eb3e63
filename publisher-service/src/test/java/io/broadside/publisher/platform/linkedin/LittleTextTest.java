package io.broadside.publisher.platform.linkedin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LittleTextTest {

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "Launch (beta) is live ¦ Launch \\(beta\\) is live",
                "a|b{c}d@e[f]g<h>i*j_k~l ¦ a\\|b\\{c\\}d\\@e\\[f\\]g\\<h\\>i\\*j\\_k\\~l",
                "C:\\temp ¦ C:\\\\temp",
                "We love #Java25 and #open_source ¦ We love #Java25 and #open\\_source",
                "#début ¦ #début",
                "(#launch) ¦ \\(#launch\\)",
                "C# is not a hashtag, nor is #1 ¦ C\\# is not a hashtag, nor is \\#1",
                "https://example.org/a_b#section ¦ https://example.org/a\\_b\\#section",
                "##double ¦ \\#\\#double",
                "Thanks @[Acme Corp](urn:li:organization:1234)! ¦ Thanks @[Acme Corp](urn:li:organization:1234)!",
                "@[Acme (Corp)](urn:li:person:AbC-1_2) ¦ @[Acme \\(Corp\\)](urn:li:person:AbC-1_2)",
                "@[Acme](urn:li:share:1) ¦ \\@\\[Acme\\]\\(urn:li:share:1\\)",
                "mail me@example.org ¦ mail me\\@example.org",
            })
    void escapesAllButHashtagsAndMentions(String text, String expected) {
        assertThat(LittleText.of(text)).isEqualTo(expected);
    }

    @Test
    void writesAccentsInOneWay() {
        assertThat(LittleText.of("Cafe\u0301")).isEqualTo("Café");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Launch (beta) is live",
                "Launch \\(beta\\) is live",
                "  Launch (beta)\nis   live ",
            })
    void comparesEitherNotation(String text) {
        assertThat(LittleText.comparable(text)).isEqualTo("Launch (beta) is live");
    }

    @Test
    void knowsAHashtagAsLinkedInGivesItBack() {
        assertThat(LittleText.comparable("Look at {hashtag|\\#|java} \\(now\\)"))
                .isEqualTo("Look at #java (now)");
    }
}
