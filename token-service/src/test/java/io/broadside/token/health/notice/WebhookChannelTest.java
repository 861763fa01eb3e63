package io.broadside.token.health.notice;

import static io.broadside.token.health.notice.Events.notice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.health.notice.NoticeChannel.Delivery;
import io.broadside.token.platform.ScriptedCalls;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookChannelTest {

    private static final Secret SECRET = Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private final ScriptedCalls calls = new ScriptedCalls();
    private final SettableClock clock = new SettableClock();
    private final WebhookChannel channel = new WebhookChannel(
            new NoticeConfig.Webhook(URI.create("https://owner.example/hook"), SECRET), calls, clock);

    /** The example that libraries of Standard Webhooks test themselves with. */
    @Test
    void signsAsTheStandardSays() {
        assertThat(WebhookSecret.sign(
                        WebhookSecret.listOf(SECRET),
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265330,
                        "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void whileASecretIsReplacedEitherVerifies() {
        // Given
        var other = "whsec_" + "A".repeat(44);
        var both = WebhookSecret.listOf(Secret.of(other + ", " + SECRET.reveal()));
        // When
        var signature = WebhookSecret.sign(both, "msg_1", 1, "{}");
        // Then
        assertThat(signature.split(" "))
                .containsExactly(
                        WebhookSecret.sign(WebhookSecret.listOf(Secret.of(other)), "msg_1", 1, "{}"),
                        WebhookSecret.sign(WebhookSecret.listOf(SECRET), "msg_1", 1, "{}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_!!"})
    void refusesASecretThatIsNoneAndDoesNotShowIt(String secret) {
        assertThatThrownBy(() -> WebhookSecret.listOf(Secret.of(secret)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("TOKEN_NOTICE_WEBHOOK_SECRET")
                .hasMessageNotContaining(secret);
    }

    @Test
    void idAndBodyAreTheSameInEveryAttemptAndTheTimeIsThatOfTheAttempt() {
        // Given
        calls.answer(500, "").answer(204, "");
        // When
        var first = channel.deliver(notice("connection-1"));
        clock.advance(Duration.ofMinutes(10));
        var second = channel.deliver(notice("connection-1"));
        // Then
        assertThat(first).isEqualTo(new Delivery.Failed("HTTP 500"));
        assertThat(second).isEqualTo(new Delivery.Delivered());
        var sent = calls.calls();
        assertThat(sent)
                .extracting(call -> header(call, "webhook-id"))
                .containsOnly(notice("connection-1").id());
        assertThat(sent).extracting(WebhookChannelTest::body).containsOnly(body(sent.getFirst()));
        assertThat(sent)
                .extracting(call -> header(call, "webhook-timestamp"))
                .containsExactly("1795262400", "1795263000");
        assertThat(sent)
                .allSatisfy(call -> assertThat(header(call, "webhook-signature"))
                        .isEqualTo(WebhookSecret.sign(
                                WebhookSecret.listOf(SECRET),
                                header(call, "webhook-id"),
                                Long.parseLong(header(call, "webhook-timestamp")),
                                body(call))));
    }

    @Test
    void theBodySaysWhatHappenedAndNothingSecret() {
        // Given
        calls.answer(200, "");
        // When
        channel.deliver(notice("connection-1"));
        // Then
        assertThat(new JsonObject(body(calls.calls().getFirst())))
                .isEqualTo(new JsonObject()
                        .put("type", "connection.expiring")
                        .put("timestamp", "2026-11-21T12:00:00Z")
                        .put(
                                "data",
                                new JsonObject()
                                        .put("connectionId", "connection-1")
                                        .put("profileId", "bakery")
                                        .put("platform", "facebook")
                                        .put("reason", "PERMISSION_MISSING")
                                        .put(
                                                "detail",
                                                "The access ends in 7 days. Connect the account again before then.")
                                        .put("actBefore", "2026-11-28T12:00:00Z")));
        assertThat(calls.calls().getFirst().toString()).doesNotContain("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    @Test
    void aRedirectIsNotTaken() {
        // Given
        calls.answer(302, "").noAnswer(ErrorCode.TIMED_OUT, true);
        // Then
        assertThat(List.of(channel.deliver(notice("connection-1")), channel.deliver(notice("connection-1"))))
                .containsExactly(new Delivery.Failed("HTTP 302"), new Delivery.Failed("TIMED_OUT"));
    }

    private static String header(Call call, String name) {
        return Objects.requireNonNull(call.headers().get(name), name);
    }

    private static String body(Call call) {
        return ((Body.Json) call.body()).text();
    }
}
