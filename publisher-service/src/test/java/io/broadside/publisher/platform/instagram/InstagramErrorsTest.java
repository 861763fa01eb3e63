package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.instagram.Account.CONTAINER;
import static io.broadside.publisher.platform.instagram.Account.aPicture;
import static io.broadside.publisher.platform.instagram.Account.aPost;
import static io.broadside.publisher.platform.instagram.Account.atStep;
import static io.broadside.publisher.platform.instagram.Account.checkpoint;
import static io.broadside.publisher.platform.instagram.Account.due;
import static io.broadside.publisher.platform.instagram.Account.error;
import static io.broadside.publisher.platform.instagram.Account.failed;
import static io.broadside.publisher.platform.instagram.Account.failures;
import static io.broadside.publisher.platform.instagram.Account.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.AttemptEnd;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row by row what Meta documents, and what publishers met. The same error means another thing at another step. */
final class InstagramErrorsTest {

    private final Account account = new Account();

    @AfterEach
    void close() {
        account.close();
    }

    /** After a doubt, a container that is out already could be refused like one that is not there. */
    @ParameterizedTest(name = "{0}/{1}: {2} when made, {3} when published, {4} when published after a doubt")
    @CsvSource({
        "-2, 2207003, Unavailable, container, Unconfirmed",
        "-2, 2207020, container, container, Unconfirmed",
        "-1, 2207001, Unavailable, Unconfirmed, Unconfirmed",
        "-1, 2207032, Unavailable, container, Unconfirmed",
        "-1, 2207053, Unavailable, container, Unconfirmed",
        "1, 2207057, Rejected, Rejected, Rejected",
        "4, 2207051, RateLimited, Unconfirmed, Unconfirmed",
        "9, 2207042, RateLimited, RateLimited, RateLimited",
        "24, 2207006, Unavailable, container, Unconfirmed",
        "24, 2207008, Unavailable, processing, Unconfirmed",
        "24, 0, Unavailable, processing, Unconfirmed",
        "25, 2207050, Rejected, Rejected, Rejected",
        "100, 2207023, Rejected, Rejected, Rejected",
        "100, 2207028, Rejected, Rejected, Rejected",
        "100, 2207035, Rejected, Rejected, Rejected",
        "100, 2207036, Rejected, Rejected, Rejected",
        "100, 2207037, Rejected, Rejected, Rejected",
        "100, 2207040, Rejected, Rejected, Rejected",
        "100, 2207018, Rejected, Rejected, Rejected",
        "352, 2207026, Rejected, Rejected, Rejected",
        "9004, 2207052, Unavailable, container, Unconfirmed",
        "9007, 2207027, Unavailable, processing, processing",
        "36000, 2207004, Rejected, Rejected, Rejected",
        "36001, 2207005, Rejected, Rejected, Rejected",
        "36003, 2207009, Rejected, Rejected, Rejected",
        "36004, 2207010, Rejected, Rejected, Rejected",
        "-1, 2207077, Unavailable, container, Unconfirmed",
        "-1, 2207082, Unavailable, container, Unconfirmed",
        "-1, 2207085, Unavailable, container, Unconfirmed",
        "100, 2207081, Rejected, Rejected, Rejected",
        // Publishers met some numbers as codes.
        "2207051, 0, RateLimited, Unconfirmed, Unconfirmed",
        "2207081, 0, Rejected, Rejected, Rejected",
        "2207085, 0, Unavailable, container, Unconfirmed",
        // Checkpointed, malformed session, no business account any more: by code, where there is one.
        "190, 459, TokenRevoked, TokenRevoked, TokenRevoked",
        "190, 467, TokenRevoked, TokenRevoked, TokenRevoked",
        "190, 0, TokenExpired, TokenExpired, TokenExpired",
        "102, 0, TokenExpired, TokenExpired, TokenExpired",
        "10, 0, Rejected, Rejected, Rejected",
        "200, 0, Rejected, Rejected, Rejected",
        // What all of the Graph API's platforms share.
        "1, 0, Unavailable, Unconfirmed, Unconfirmed",
        "2, 0, Unavailable, Unconfirmed, Unconfirmed",
        "-1, 0, Unavailable, Unconfirmed, Unconfirmed",
        "-2, 0, Unavailable, Unconfirmed, Unconfirmed",
        "4, 0, RateLimited, RateLimited, RateLimited",
        "17, 0, RateLimited, RateLimited, RateLimited",
        "80002, 0, RateLimited, RateLimited, RateLimited",
        "368, 1390008, RateLimited, RateLimited, RateLimited",
        "100, 0, Rejected, Rejected, Rejected",
        "4711, 0, Rejected, Rejected, Unconfirmed",
    })
    void saysWhatAnErrorMeansAtEachStep(int code, int subcode, String made, String published, String inDoubt) {
        // Given
        var answer = error(code, subcode);
        var server = account.bench.server();
        server.answers(400, answer).answers(400, answer);
        // When
        var whenMade = account.publish(aPost(aPicture()).build());
        // A refusal that ends the container's life is followed by a question to it.
        if (published.equals("Rejected") || published.equals("container")) {
            server.answers(200, failed("2207085"));
        }
        var whenPublished = account.publish(atStep("publish", aPicture()).build());
        server.answers(400, answer);
        if (inDoubt.equals("Rejected")) {
            server.answers(200, status("FINISHED"));
        }
        var afterADoubt = account.publish(atStep("publish", aPicture())
                .setDoubtedSince(Bench.NOW.minusSeconds(100))
                .build());
        // Then
        assertThat(name(whenMade)).isEqualTo(made);
        assertThat(name(whenPublished)).isEqualTo(published);
        assertThat(name(afterADoubt)).isEqualTo(inDoubt);
        assertThat(whenPublished.toString() + whenMade).doesNotContain("Bitte");
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "10, 0", "100, 0", "24, 2207008", "9007, 2207027", "4, 0", "25, 2207050", "4711, 0"})
    void isNotSureOfAnythingAServerThatFailsSaysWhenPublishing(int code, int subcode) {
        // Given
        account.bench.server().answers(500, error(code, subcode));
        // Then
        assertThat(account.publish(atStep("publish", aPicture()).build())).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void believesTheContainerMoreThanARefusal() {
        // Given
        account.bench
                .server()
                .answers(400, error(25, 2207050))
                .answers(200, status("PUBLISHED"))
                .answers(400, error(25, 2207050))
                .answers(200, status("FINISHED"));
        // When
        var outAllTheSame = account.publish(atStep("publish", aPicture()).build());
        var refused = account.publish(atStep("publish", aPicture()).build());
        // Then
        assertThat(name(outAllTheSame)).isEqualTo("live");
        assertThat(checkpoint(outAllTheSame).getRemoteId()).contains(CONTAINER);
        assertThat(refused).isInstanceOf(Rejected.class);
    }

    /** These were seen to come for posts that are out: another container would make a second post. */
    @ParameterizedTest
    @CsvSource({"-1, 2207032", "-1, 2207053", "24, 2207006", "9004, 2207052", "-1, 2207077", "-2, 2207020"})
    void makesNoOtherContainerBeforeTheFirstOneHasSpoken(int code, int subcode) {
        // Given
        var command = atStep("publish", aPicture()).build();
        account.bench
                .server()
                .answers(400, error(code, subcode))
                .answers(200, status("PUBLISHED"))
                .answers(400, error(code, subcode))
                .answers(200, status("FINISHED"))
                .answers(400, error(code, subcode))
                .answers(503, "")
                .answers(400, error(code, subcode))
                .answers(400, error(100, 33));
        // Then
        assertThat(name(account.publish(command))).isEqualTo("live");
        assertThat(account.publish(command)).isInstanceOf(Unconfirmed.class);
        assertThat(account.publish(command)).isInstanceOf(Unconfirmed.class);
        assertThat(name(account.publish(command))).isEqualTo("container");
    }

    @Test
    void doesNotBelieveARefusalWhileTheContainerSaysNothing() {
        // Given
        account.bench.server().answers(400, error(25, 2207050)).cutsTheConnection();
        // Then
        assertThat(account.publish(atStep("publish", aPicture()).build())).isInstanceOf(Unconfirmed.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "10, 0", "24, 2207008", "9007, 2207027"})
    void isNotSureOfASuccessWithAnErrorInIt(int code, int subcode) {
        // Given
        account.bench.server().answers(200, error(code, subcode));
        // Then
        assertThat(account.publish(atStep("publish", aPicture()).build())).isInstanceOf(Unconfirmed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "9004, 2207052, 3, MEDIA_UNAVAILABLE",
        "-2, 2207003, 3, MEDIA_UNAVAILABLE",
        "-1, 2207032, 3, SERVER_ERROR",
        "-1, 2207053, 3, SERVER_ERROR",
        "-1, 2207077, 2, MEDIA_UNAVAILABLE",
        "24, 2207006, 2, NOT_FOUND",
        "24, 2207008, 3, NOT_FOUND",
    })
    void givesUpOnAContainerThatIsRefusedAgainAndAgain(int code, int subcode, int most, ErrorCode why) {
        // Given
        account.bench.server().answers(400, error(code, subcode)).answers(400, error(code, subcode));
        var before = failures(most - 2, AttemptEnd.UNAVAILABLE, code + "/" + subcode, Bench.NOW);
        var last = failures(most - 1, AttemptEnd.UNAVAILABLE, code + "/" + subcode, Bench.NOW);
        // Then
        assertThat(account.publish(aPost(aPicture()).setHistory(before).build()))
                .isInstanceOf(Unavailable.class);
        assertThat(account.publish(aPost(aPicture()).setHistory(last).build()))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(why));
    }

    @ParameterizedTest
    @CsvSource({
        "2207003, container, 3, MEDIA_UNAVAILABLE",
        "2207052, container, 3, MEDIA_UNAVAILABLE",
        "2207001, container, 3, SERVER_ERROR",
        "2207032, container, 3, SERVER_ERROR",
        "2207053, container, 3, SERVER_ERROR",
        "2207006, container, 2, NOT_FOUND",
        "2207077, container, 2, MEDIA_UNAVAILABLE",
        "2207082, container, 2, MEDIA_UNAVAILABLE",
        "2207085, container, 2, MEDIA_UNAVAILABLE",
        "2207999, container, 2, MEDIA_UNAVAILABLE",
        "Something went wrong, container, 2, MEDIA_UNAVAILABLE",
        "2207051, container, 3, RATE_LIMITED",
        "2207042, container, 3, RATE_LIMITED",
        "2207026, Rejected, 0, MEDIA_UNAVAILABLE",
        "2207009, Rejected, 0, MEDIA_UNAVAILABLE",
        "2207010, Rejected, 0, CONTENT_REFUSED",
        "2207050, Rejected, 0, PERMISSION_MISSING",
        "Error: Media upload has failed with error code 2207026, Rejected, 0, MEDIA_UNAVAILABLE",
        "2207020, container, 0, ",
        "2207027, processing, 0, ",
        "2207008, processing, 0, ",
    })
    void makesAFailedContainerAnewAFewTimes(String status, String outcome, int most, ErrorCode why) {
        // Given
        account.bench.server().answers(200, failed(status)).answers(200, failed(status));
        // Then
        var first = account.publish(atStep("processing", aPicture()).build());
        assertThat(name(first)).isEqualTo(outcome);
        if (most > 0) {
            var renewals = Map.of("container", CONTAINER, "renewals-1", Integer.toString(most - 1));
            assertThat(account.publish(
                            atStep("processing", aPicture(), renewals).build()))
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.cause().code()).isEqualTo(why));
        }
        if (first instanceof Rejected(var cause)) {
            assertThat(cause.code()).isEqualTo(why);
            assertThat(cause.platformCode().orElseThrow()).matches("2207[0-9]{3}");
        }
    }

    @Test
    void leavesAnAccountAloneThatIsTakenForASpammersOne() {
        // Given
        account.bench.server().answers(200, failed("2207051")).answers(400, error(4, 2207051));
        // Then
        assertThat(due(account.publish(atStep("processing", aPicture()).build())))
                .isEqualTo(Bench.NOW.plus(Duration.ofHours(6)));
        assertThat(account.publish(aPost(aPicture()).build()))
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(6))));
    }

    @ParameterizedTest
    @CsvSource({"24, 2207008", "24, 0", "100, 33"})
    void asksAgainForAContainerThatIsNotToBeSeenAndThenMakesItAnew(int code, int subcode) {
        // Given
        for (var i = 0; i < 4; i++) {
            account.bench.server().answers(400, error(code, subcode));
        }
        var command = atStep("processing", aPicture()).build();
        // When
        var first = account.publish(command);
        var second = account.publish(Account.next(command, first));
        var third = account.publish(Account.next(command, second));
        // Then
        assertThat(due(first)).isEqualTo(Bench.NOW.plusSeconds(30));
        assertThat(name(first)).isEqualTo("processing");
        assertThat(name(second)).isEqualTo("processing");
        assertThat(name(third)).isEqualTo("container");
        var worn = Map.of("container", CONTAINER, "missing", "2", "renewals-1", "2");
        assertThat(account.publish(atStep("processing", aPicture(), worn).build()))
                .isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({
        "503, 0, 0, Unavailable",
        "400, 2, 0, Unavailable",
        "400, 190, 0, TokenExpired",
        "400, 80002, 0, RateLimited",
        "403, 10, 0, Rejected",
        "200, 1, 0, Unavailable",
    })
    void saysWhatAPollCameTo(int status, int code, int subcode, String outcome) {
        // Given
        account.bench.server().answers(status, code == 0 ? "<html>" : error(code, subcode));
        // Then
        assertThat(name(account.publish(atStep("processing", aPicture()).build())))
                .isEqualTo(outcome);
    }

    @Test
    void keepsPublishingTheSameContainerWhenItWasTooEarly() {
        // Given
        account.bench
                .server()
                .answers(
                        400,
                        "{\"error\":{\"message\":\"Media ID is not available\",\"type\":\"OAuthException\",\"code\":9007,"
                                + "\"error_subcode\":2207027,\"is_transient\":false,\"error_user_title\":\"Media not"
                                + " ready\",\"error_user_msg\":\"The media is not ready for publishing, please wait for a"
                                + " moment\",\"fbtrace_id\":\"Axxxxxxxxxx\"}}");
        // When
        var outcome = account.publish(atStep("publish", aPicture()).build());
        // Then
        assertThat(checkpoint(outcome).getStep()).isEqualTo("processing");
        assertThat(checkpoint(outcome).getValues()).containsEntry("container", CONTAINER);
        assertThat(due(outcome)).isAfter(Bench.NOW);
    }

    @Test
    void makesAContainerAnewThatWasReadyForLongAndNoLongerIs() {
        // Given
        account.bench
                .server()
                .answers(400, error(9007, 2207027))
                .answers(200, status("IN_PROGRESS"))
                .answers(400, error(9007, 2207027))
                .answers(200, status("IN_PROGRESS"));
        var hoursAgo = Bench.NOW.minus(Duration.ofHours(5)).toString();
        var waited = Map.of("container", CONTAINER, "madeAt", hoursAgo);
        var again = Map.of("container", CONTAINER, "madeAt", hoursAgo, "renewals-1", "1");
        // Then
        assertThat(name(account.publish(atStep("publish", aPicture(), waited).build())))
                .isEqualTo("container");
        assertThat(account.publish(atStep("publish", aPicture(), again).build()))
                .isInstanceOf(Rejected.class);
    }

    /** The outcome's name; for one that goes on, the step. */
    private static String name(Outcome outcome) {
        return outcome instanceof Continue further
                ? further.checkpoint().getStep()
                : outcome.getClass().getSimpleName();
    }
}
