package io.broadside.publisher.platform.tiktok;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TikTokErrorsTest {

    private static final Step BEGIN = Step.preparing("begin");
    private static final Step PHOTOS = Step.publishing("photos");

    private final PublishCommand command =
            aCommand("tiktok", "1", aText("Hello")).build();
    private final TikTokErrors errors = new TikTokErrors(Clock.fixed(Bench.NOW, ZoneOffset.UTC));

    @ParameterizedTest(name = "{0} {1}: {2} {3}")
    @CsvSource({
        "401, access_token_invalid, TokenExpired, TOKEN_EXPIRED",
        "401, scope_not_authorized, Rejected, PERMISSION_MISSING",
        "401, scope_permission_missed, Rejected, APP_REFUSED",
        "403, scope_permission_missed, Rejected, APP_REFUSED",
        "401, something_new, TokenExpired, UNKNOWN_REFUSAL",
        "400, invalid_param, Rejected, CONTENT_REFUSED",
        "400, invalid_params, Rejected, CONTENT_REFUSED",
        "400, invalid_file_upload, Rejected, CONTENT_REFUSED",
        "400, privacy_level_option_mismatch, Rejected, CONTENT_REFUSED",
        "403, unaudited_client_can_only_post_to_private_accounts, Rejected, APP_REFUSED",
        "403, url_ownership_unverified, Rejected, APP_REFUSED",
        "400, app_version_check_failed, Rejected, PERMISSION_MISSING",
        "403, spam_risk_too_many_posts, RateLimited, RATE_LIMITED",
        "200, spam_risk_too_many_posts, RateLimited, RATE_LIMITED",
        "403, spam_risk_too_many_pending_share, RateLimited, RATE_LIMITED",
        "403, reached_active_user_cap, RateLimited, RATE_LIMITED",
        "200, reached_active_user_cap, RateLimited, RATE_LIMITED",
        "403, spam_risk_user_banned_from_posting, Rejected, PERMISSION_MISSING",
        "200, spam_risk_user_banned_from_posting, Rejected, PERMISSION_MISSING",
        "403, spam_risk, Rejected, CONTENT_REFUSED",
        "403, spam_risk_text, Rejected, CONTENT_REFUSED",
        "400, invalid_publish_id, Rejected, NOT_FOUND",
        "403, token_not_authorized_for_specified_publish_id, Rejected, PERMISSION_MISSING",
        "429, rate_limit_exceeded, RateLimited, RATE_LIMITED",
        "200, rate_limit_exceeded, RateLimited, RATE_LIMITED",
        "400, something_new, Rejected, UNKNOWN_REFUSAL",
        "403, something_new, Rejected, UNKNOWN_REFUSAL",
        "200, something_new, Rejected, UNKNOWN_REFUSAL",
        "500, internal_error, Unconfirmed, SERVER_ERROR",
        "200, internal_error, Unconfirmed, SERVER_ERROR",
        "503, invalid_params, Unconfirmed, SERVER_ERROR",
        "400, publish_not_cancellable, Unconfirmed, STILL_PROCESSING",
        "200, ok, Unconfirmed, UNEXPECTED_ANSWER",
        "302, spam_risk, Unconfirmed, UNEXPECTED_ANSWER",
    })
    void saysWhatFollowsFromACode(int status, String platformCode, String outcome, ErrorCode code) {
        // When
        var found = errors.outcome(new Answer(status, Map.of(), TikTokFixtures.error(platformCode)), PHOTOS, command);
        // Then
        assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(cause(found).code()).isEqualTo(code);
        assertThat(cause(found).httpStatus()).contains(status);
        assertThat(cause(found).platformCode()).contains(platformCode);
        assertThat(cause(found).detail()).endsWith(".").doesNotContain("  ");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 408})
    void takesServerErrorsByTheStep(int status) {
        for (var body : new String[] {TikTokFixtures.error("internal_error"), "<html>", ""}) {
            var answer = new Answer(status, Map.of(), body);
            assertThat(errors.outcome(answer, PHOTOS, command)).isInstanceOf(Unconfirmed.class);
            assertThat(errors.outcome(answer, BEGIN, command)).isInstanceOf(Unavailable.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302, 400, 403, 404})
    void isNotFoundOutMuchByAnAnswerThatIsNotTikToks(int status) {
        for (var body :
                new String[] {"<html>", "", "{}", "{\"error\":\"invalid_grant\"}", "{\"error\":{\"code\":7}}"}) {
            var answer = new Answer(status, Map.of(), body);
            assertThat(errors.outcome(answer, PHOTOS, command)).isInstanceOf(Unconfirmed.class);
            assertThat(errors.outcome(answer, BEGIN, command)).isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void waitsAMinuteAndALittleWhereNoTimeIsNamed() {
        // When
        var limited = limited(new Answer(429, Map.of(), TikTokFixtures.error("rate_limit_exceeded")));
        // Then
        assertThat(limited.scope()).isEqualTo(Scope.ENDPOINT);
        assertThat(limited.notBefore().orElseThrow()).isBetween(Bench.NOW.plusSeconds(60), Bench.NOW.plusSeconds(70));
    }

    @Test
    void believesATimeThatIsNamedIfItMakesSense() {
        var at = Bench.NOW.plusSeconds(20).getEpochSecond();
        assertThat(limited(new Answer(429, Map.of("x-ratelimit-reset", Long.toString(at)), ""))
                        .notBefore()
                        .orElseThrow())
                .isBetween(Bench.NOW.plusSeconds(20), Bench.NOW.plusSeconds(30));
        assertThat(limited(new Answer(429, Map.of("retry-after", "7"), ""))
                        .notBefore()
                        .orElseThrow())
                .isBetween(Bench.NOW.plusSeconds(7), Bench.NOW.plusSeconds(17));
        for (var senseless : new String[] {"0", "99999999999", "x", "-1", "999999999999999999999"}) {
            assertThat(limited(new Answer(429, Map.of("x-ratelimit-reset", senseless), ""))
                            .notBefore()
                            .orElseThrow())
                    .isBetween(Bench.NOW.plusSeconds(60), Bench.NOW.plusSeconds(70));
        }
    }

    @Test
    void holdsWhatBeginsOfTheAccountOrTheAppForHoursAtACapOfADay() {
        for (var code : new String[] {"spam_risk_too_many_posts", "spam_risk_too_many_pending_share"}) {
            assertThat(limited(new Answer(403, Map.of(), TikTokFixtures.error(code))))
                    .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.ENDPOINT))
                    .satisfies(it -> assertThat(it.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(2))));
        }
        assertThat(limited(new Answer(403, Map.of(), TikTokFixtures.error("reached_active_user_cap"))))
                .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.APP_ENDPOINT))
                .satisfies(it -> assertThat(it.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(6))));
    }

    private RateLimited limited(Answer answer) {
        var outcome = errors.outcome(answer, PHOTOS, command);
        assertThat(outcome).isInstanceOf(RateLimited.class);
        return (RateLimited) outcome;
    }

    private static Cause cause(Outcome outcome) {
        return switch (outcome) {
            case RateLimited limited -> limited.cause();
            case Unavailable(var cause) -> cause;
            case Outcome.TokenExpired(var cause) -> cause;
            case Outcome.TokenRevoked(var cause) -> cause;
            case Outcome.Rejected(var cause) -> cause;
            case Unconfirmed unconfirmed -> unconfirmed.cause();
            case Outcome.Published _, Outcome.Continue _, Outcome.Underway _ ->
                throw new AssertionError("no cause in " + outcome);
        };
    }
}
