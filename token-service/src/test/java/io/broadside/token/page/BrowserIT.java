package io.broadside.token.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.vertx.core.json.JsonArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The page as people have it: in a real browser, by keyboard alone, in light and in dark. Pictures of it stay in {@code target}. */
@ExtendWith(KafkaExtension.class)
class BrowserIT {

    private static final Path PICTURES = Path.of("target", "screenshots");

    @TempDir
    private static Path keys;

    private final KafkaForTest kafka;

    BrowserIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @Test
    void accountsAreConnectedSeenAndDisconnectedByKeyboard() throws Exception {
        var program = Chromium.find();
        if (program.isEmpty()) {
            System.err.println("""

                    ******************************************************************
                    *  NOT TESTED: the page in a real browser. No chromium was found. *
                    *  Install it (apt-get install chromium) and run this again.      *
                    ******************************************************************
                    """);
            Assumptions.abort("no chromium was found");
        }
        try (var stack = ConnectingService.start(kafka, keys, Map.of());
                var browser =
                        Chromium.start(program.get(), Files.createTempDirectory(Path.of("target"), "chromium-"))) {
            browser.open(stack.at("/connections?profileId=bakery"));
            assertThat(browser.eval("document.activeElement.tagName")).isEqualTo("BODY");
            browser.press("Tab", 9, "");
            assertThat(browser.eval("document.activeElement.textContent")).isEqualTo("Skip to the content");

            connect(browser, "X", "Continue as @harbour_bakery");
            browser.awaitText("harbour_bakery on X is connected");
            browser.enter("link", "Go on");
            browser.awaitText("Accounts of bakery");
            assertThat(badges(browser)).isEqualTo(List.of("Connected"));

            connect(browser, "Facebook", "Continue as person 2000000001");
            browser.awaitText("Choose an account");
            browser.screenshot(PICTURES.resolve("choose.png"));
            browser.press("Tab", 9, "");
            browser.eval("document.querySelector('input[type=radio]').focus()");
            browser.press(" ", 32, " ");
            browser.enter("button", "Connect");
            browser.awaitText("on Facebook is connected");
            browser.enter("link", "Go on");
            browser.awaitText("Facebook, page of profile bakery");

            assertThat(browser.names())
                    .contains(
                            "heading Connections",
                            "link Reconnect harbour_bakery on X",
                            "button Disconnect harbour_bakery on X",
                            "link Connect TikTok");
            assertThatEverythingHasAName(browser);
            assertThatNothingIsGivenAway(browser);

            browser.prefer("light");
            var light = browser.eval("getComputedStyle(document.body).backgroundColor");
            browser.screenshot(PICTURES.resolve("connections-light.png"));
            browser.prefer("dark");
            assertThat(browser.eval("getComputedStyle(document.body).backgroundColor"))
                    .isNotEqualTo(light);
            browser.screenshot(PICTURES.resolve("connections-dark.png"));

            browser.enter("button", "Disconnect harbour_bakery on X");
            browser.awaitText("The account is disconnected.");
            assertThat(badges(browser))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .contains("Disconnected");
            assertThat(browser.complaints())
                    .noneMatch(complaint ->
                            complaint.encode().contains(stack.at("").toString()));
        }
    }

    private static void connect(Chromium browser, String title, String person) throws Exception {
        browser.enter("link", "Connect " + title);
        browser.awaitText(person);
        browser.enter("link", person);
    }

    private static Object badges(Chromium browser) throws Exception {
        return ((JsonArray) browser.eval("[...document.querySelectorAll('.card .badge')].map((b) => b.textContent)"))
                .getList();
    }

    /** What can be reached by keyboard says what it is; every field has a label. */
    private static void assertThatEverythingHasAName(Chromium browser) throws Exception {
        assertThat(browser.names()).doesNotContain("button ", "link ", "textbox ", "combobox ");
        assertThat(
                        browser.eval(
                                "[...document.querySelectorAll('input:not([type=hidden]),select')].every((f) => f.labels.length > 0)"))
                .isEqualTo(true);
        assertThat(browser.eval("document.documentElement.lang")).isEqualTo("en");
        assertThat(browser.eval("new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size"
                        + " === document.querySelectorAll('[id]').length"))
                .isEqualTo(true);
    }

    private static void assertThatNothingIsGivenAway(Chromium browser) throws Exception {
        assertThat(browser.eval("document.cookie")).isEqualTo("");
        assertThat(browser.eval("document.documentElement.outerHTML").toString())
                .doesNotContain("sim-x-", "sim-facebook-");
        assertThat(browser.eval(
                        "performance.getEntriesByType('resource').every((r) => r.name.startsWith(location.origin)"
                                + " || r.name.startsWith('data:'))"))
                .isEqualTo(true);
    }
}
