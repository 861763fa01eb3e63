package io.broadside.simulator.linkedin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LittleTextTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "Launch \\(beta\\) is live; Launch (beta) is live",
                "a \\| b \\{c\\} \\@d \\[e\\] \\<f\\> \\# \\* \\_ \\~ \\\\; a | b {c} @d [e] <f> # * _ ~ \\",
                "We love #coffee_2go and #été!; We love #coffee_2go and #été!",
                "{hashtag|\\#|Coffee} now; #Coffee now",
                "Thanks @[Harbour Bakery](urn:li:organization:5550001)!; Thanks Harbour Bakery!",
                "C:\\temp stays; C:\\temp stays",
                "plain, with punctuation: 100% & \"more\"; plain, with punctuation: 100% & \"more\"",
            })
    void showsWhatIsWritten(String sent, String shown) {
        assertThat(LittleText.of(sent)).isEqualTo(new LittleText(shown, false));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "'Launch (beta) is live', 'Launch '",
        "'a | b', 'a '",
        "'mail me @home', 'mail me '",
        "'number # 1', 'number '",
        "'snake_case', 'snake'",
        "'a * b', 'a '",
        "'x < y', 'x '",
        "'@[Name](urn:li:share:1)', ''",
        "'\\\\(a\\) (b)', '\\'",
    })
    void losesWhatComesAfterAReservedCharacter(String sent, String shown) {
        assertThat(LittleText.of(sent)).isEqualTo(new LittleText(shown, true));
    }
}
