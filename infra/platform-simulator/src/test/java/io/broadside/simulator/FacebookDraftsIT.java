package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.PAGE;
import static io.broadside.simulator.SimulatorClient.PAGE_TOKEN;
import static io.broadside.simulator.SimulatorClient.USER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Posts made unseen with {@code published=false} and shown with {@code is_published=true}. */
class FacebookDraftsIT {
    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "link", "photos"})
    void publishesADraftWhenItIsShown(String kind) throws Exception {
        // Given
        var draft = client.draft(content(kind));
        var id = draft.text("/id");
        var unseen = client.post(id);
        var publishedBefore = simulator.control().posts().size();
        var drafted = Instant.now();
        // When
        var shown = client.show(id);
        // Then
        assertThat(draft.json().path("is_published").isBoolean()).isTrue();
        assertThat(draft.text("/is_published")).isEqualTo("false");
        assertThat(draft.text("/permalink_url")).startsWith("https://www.facebook.com/" + PAGE + "/posts/");
        assertThat(unseen.text("/is_published")).isEqualTo("false");
        assertThat(unseen.text("/permalink_url")).isEqualTo(draft.text("/permalink_url"));
        assertThat(publishedBefore).isZero();
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.body()).isEqualTo("{\"success\":true}");
        assertThat(client.post(id).text("/is_published")).isEqualTo("true");
        assertThat(client.post(id).json().path("attachments"))
                .isEqualTo(unseen.json().path("attachments"));
        assertThat(simulator.control().posts(Platform.FACEBOOK)).singleElement().satisfies(post -> {
            assertThat(post.id()).isEqualTo(id);
            assertThat(post.media()).hasSize(kind.equals("photos") ? 2 : 0);
            assertThat(post.link().isPresent()).isEqualTo(kind.equals("link"));
            assertThat(post.publishedAt()).isAfterOrEqualTo(drafted);
            assertThat(post.calledAt()).isAfterOrEqualTo(drafted);
        });
    }

    @Test
    void staysAsItIsWhenItIsShownAgain() throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        client.show(id);
        // When
        var again = client.show(id);
        // Then
        assertThat(again.body()).isEqualTo("{\"success\":true}");
        assertPublishedOnce();
        assertThat(simulator.control().report().facebook().calls())
                .containsEntry("post.show", Map.of(200, 2L))
                .containsEntry("page.feed", Map.of(200, 1L));
    }

    @Test
    void publishesOnceWhenManyShowItAtTheSameTime() throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        try (var threads = Executors.newFixedThreadPool(8)) {
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 8; i++) {
                calls.add(() -> client.show(id).status());
            }
            // When
            for (var status : threads.invokeAll(calls)) {
                assertThat(status.get()).isEqualTo(200);
            }
        }
        // Then
        assertPublishedOnce();
    }

    @Test
    void knowsNoWayBack() throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        var before = hide(id);
        client.show(id);
        // When
        var after = hide(id);
        // Then
        assertThat(before.body()).isEqualTo("{\"success\":true}");
        assertRefused(after, 100);
        assertThat(client.post(id).text("/is_published")).isEqualTo("true");
        assertPublishedOnce();
    }

    @Test
    void refusesOtherChangesByTheirNames() throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        // When
        var named = update(id, PAGE_TOKEN, Map.of("is_published", "true", "message", "x", "timeline_visibility", "y"));
        var nothing = update(id, PAGE_TOKEN, Map.of());
        var nonsense = update(id, PAGE_TOKEN, Map.of("is_published", "perhaps"));
        // Then
        assertThat(List.of(named, nothing, nonsense)).allSatisfy(answer -> assertRefused(answer, 100));
        assertThat(named.text("/error/message")).contains("message, timeline_visibility");
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void refusesAPostItDoesNotKnow() throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        client.delete("/facebook/v26.0/" + id, PAGE_TOKEN);
        // Then
        for (var unknown : new String[] {id, PAGE + "_999", "999", PAGE}) {
            var answer = client.show(unknown);
            assertRefused(answer, 100);
            assertThat(answer.json().at("/error/error_subcode").asInt()).isEqualTo(33);
        }
    }

    @Test
    void isShownByItsPageOnly() throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        var show = Map.of("is_published", "true");
        // Then
        assertRefused(update(id, "", show), 104);
        assertRefused(update(PAGE + "_999", "nonsense", show), 190);
        assertRefused(update(id, USER_TOKEN, show), 200);
        assertRefused(update(id, "sim-facebook-page-2-token", show), 200);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void countsAndRefusesDuplicatesWhenTheyWouldBeSeen() throws Exception {
        // Given
        client.feed("Hello");
        var second = client.draft(content("text"));
        var third = client.draft(content("text")).text("/id");
        // When
        var refused = client.show(second.text("/id"));
        // Then
        assertThat(second.status()).isEqualTo(200);
        assertRefused(refused, 506);
        assertThat(client.post(second.text("/id")).text("/is_published")).isEqualTo("false");
        simulator.control().set("refuseDuplicates", false);
        assertThat(client.show(third).status()).isEqualTo(200);
        var report = simulator.control().report().facebook();
        assertThat(report.published()).isEqualTo(2);
        assertThat(report.duplicatesPublished()).isEqualTo(1);
        assertThat(report.duplicateAttemptsRefused()).isEqualTo(1);
    }

    @Test
    void refusesWhatWasShownJustBefore() throws Exception {
        // Given
        client.show(client.draft(content("photos")).text("/id"));
        // When
        var again = client.show(client.draft(content("photos")).text("/id"));
        // Then
        assertRefused(again, 506);
        assertPublishedOnce();
    }

    @Test
    void listsDraftsInTheFeedAndSaysSo() throws Exception {
        // Given
        var draft = client.draft(Map.of("message", "draft")).text("/id");
        var shown = client.draft(Map.of("message", "shown")).text("/id");
        client.show(shown);
        // When
        var feed = client.get(
                "/facebook/v26.0/" + PAGE + "/feed?fields=id,message,is_published,from&limit=100", PAGE_TOKEN);
        var published = client.get("/facebook/v26.0/" + PAGE + "/published_posts?fields=id", PAGE_TOKEN);
        // Then
        assertThat(feed.json().at("/data").findValuesAsText("id")).containsSubsequence(shown, draft);
        assertThat(feed.json().at("/data").findValuesAsText("is_published")).containsExactly("true", "false");
        assertThat(published.json().at("/data").findValuesAsText("id")).containsExactly(shown);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "SLOW",
                "HANG",
                "CUT_BEFORE_EFFECT",
                "SERVER_ERROR_AFTER_EFFECT",
                "REFUSED_AFTER_EFFECT",
                "ERROR_IN_SUCCESS_BEFORE_EFFECT",
                "ERROR_IN_SUCCESS_AFTER_EFFECT",
                "EMPTY_SUCCESS_AFTER_EFFECT",
                "CUT_AFTER_EFFECT",
                "HANG_AFTER_EFFECT"
            })
    void isNotShownByARefusal(FailureKind failure) throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        inject(failure);
        // When
        var answer = client.show(id);
        // Then
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_ERROR_AFTER_EFFECT", "CUT_AFTER_EFFECT", "HANG_AFTER_EFFECT"})
    void isShownAlthoughTheAnswerIsLost(FailureKind failure) throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        inject(failure);
        // When
        loseAnswer(id, failure);
        // Then
        assertPublishedOnce();
        assertThat(client.post(id).text("/is_published")).isEqualTo("true");
        assertThat(client.show(id).body()).isEqualTo("{\"success\":true}");
        assertPublishedOnce();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT_BEFORE_EFFECT", "HANG"})
    void isNotShownWhenTheAnswerIsLostBefore(FailureKind failure) throws Exception {
        // Given
        var id = client.draft(content("text")).text("/id");
        inject(failure);
        // When
        loseAnswer(id, failure);
        // Then
        assertThat(client.post(id).text("/is_published")).isEqualTo("false");
        assertThat(simulator.control().posts()).isEmpty();
        assertThat(client.show(id).status()).isEqualTo(200);
        assertPublishedOnce();
    }

    private void loseAnswer(String id, FailureKind failure) throws Exception {
        switch (failure) {
            case SERVER_ERROR_AFTER_EFFECT ->
                assertThat(client.show(id).status()).isEqualTo(500);
            case CUT_BEFORE_EFFECT, CUT_AFTER_EFFECT ->
                assertThatThrownBy(() -> client.show(id)).isInstanceOf(IOException.class);
            default -> {
                var show = client.request("/facebook/v26.0/" + id, PAGE_TOKEN)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("is_published=true"));
                assertThatThrownBy(() -> client.send(show, Duration.ofMillis(500)))
                        .isInstanceOf(HttpTimeoutException.class);
            }
        }
    }

    private Map<String, String> content(String kind) throws Exception {
        return switch (kind) {
            case "text" -> Map.of("message", "Hello");
            case "link" -> Map.of("message", "Hello", "link", "https://example.org/a");
            case "photos" -> {
                var list = "[{\"media_fbid\":\"" + photo() + "\"},{\"media_fbid\":\"" + photo() + "\"}]";
                yield Map.of("message", "Hello", "attached_media", list);
            }
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private String photo() throws Exception {
        var url = simulator.uri() + "/media/sample.jpg";
        return client.form("/facebook/v26.0/" + PAGE + "/photos", PAGE_TOKEN, Map.of("url", url, "published", "false"))
                .text("/id");
    }

    private Answer hide(String id) throws Exception {
        return update(id, PAGE_TOKEN, Map.of("is_published", "false"));
    }

    private Answer update(String id, String token, Map<String, String> fields) throws Exception {
        return client.form("/facebook/v26.0/" + id, token, fields);
    }

    private void inject(FailureKind kind) {
        simulator.control().inject(Failure.of(Platform.FACEBOOK, "post.show", kind));
    }

    private void assertPublishedOnce() {
        assertThat(simulator.control().posts(Platform.FACEBOOK)).hasSize(1);
        assertThat(simulator.control().report().facebook().published()).isEqualTo(1);
        assertThat(simulator.control().report().facebook().duplicatesPublished())
                .isZero();
    }

    private static void assertRefused(Answer answer, int code) {
        assertThat(answer.status()).isIn(400, 403);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(code);
    }
}
