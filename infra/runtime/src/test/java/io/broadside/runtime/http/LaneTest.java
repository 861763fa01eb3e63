package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Promise;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LaneTest {

    private static final NoAnswer HELD_BACK = new NoAnswer(ErrorCode.BREAKER_OPEN, false);

    private final AtomicInteger status = new AtomicInteger(500);
    private final AtomicInteger requests = new AtomicInteger();
    private Fixture fixture = new Fixture("HTTP_BREAKER_MINIMUM_CALLS", "4", "HTTP_BREAKER_OPEN_FOR", "10s");

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void holdsCallsBackFromAHostThatKeepsFailing() {
        // Given
        var failing = platform();
        call(failing, 4);

        // When
        var reply = fixture.get(failing);

        // Then
        assertThat(reply).isEqualTo(HELD_BACK);
        assertThat(requests).hasValue(4);
        assertThat(fixture.http.isOpen("facebook")).isFalse();
        assertThat(fixture.meters.get("broadside.platform.held.back").gauge().value())
                .isEqualTo(1);
        assertThat(fixture.lines)
                .extracting(line -> line.getMessage())
                .containsOnlyOnce("calls held back, too many of them failed");
    }

    @Test
    void otherPlatformsAndOtherHostsDoNotNotice() {
        // Given
        var failing = platform();
        var other = platform();
        call(failing, 4);
        status.set(200);

        // When
        var sameHost = fixture.http.call(Call.get("threads", "me", failing), Fixture.context());
        var samePlatform = fixture.get(other);

        // Then
        assertThat(sameHost).isInstanceOf(Answer.class);
        assertThat(samePlatform).isInstanceOf(Answer.class);
        assertThat(fixture.http.isOpen("threads")).isTrue();
        assertThat(fixture.http.isOpen("never-called")).isTrue();
    }

    @Test
    void letsCallsTryAgainAfterAWhileAndAllThroughWhenTheySucceed() {
        // Given
        var platform = platform();
        call(platform, 4);
        fixture.get(platform);

        // When
        fixture.clock.advance(Duration.ofSeconds(11));
        var wouldTry = fixture.http.isOpen("facebook");
        status.set(200);
        call(platform, 20);

        // Then
        assertThat(wouldTry).isTrue();
        assertThat(requests).hasValue(24);
        assertThat(fixture.http.isOpen("facebook")).isTrue();
        assertThat(fixture.lines).extracting(line -> line.getMessage()).containsOnlyOnce("calls no longer held back");
    }

    @Test
    void holdsBackAgainWhenTheTrialFails() {
        // Given
        var platform = platform();
        call(platform, 4);
        fixture.clock.advance(Duration.ofSeconds(11));

        // When
        call(platform, 4);

        // Then
        assertThat(fixture.get(platform)).isEqualTo(HELD_BACK);
        assertThat(fixture.http.isOpen("facebook")).isFalse();
        assertThat(requests).hasValue(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 400, 401, 404, 429})
    void anAnswerBelow500IsNoFailureOfTheHost(int answered) {
        // Given
        status.set(answered);
        var platform = platform();

        // When
        call(platform, 20);

        // Then
        assertThat(requests).hasValue(20);
        assertThat(fixture.http.isOpen("facebook")).isTrue();
    }

    @Test
    void aHostThatCutsConnectionsIsFailing() {
        // Given
        var cutting = fixture.rawPlatform(socket -> socket.handler(_ -> socket.close()));

        // When
        call(cutting, 4);

        // Then
        assertThat(fixture.get(cutting)).isEqualTo(HELD_BACK);
    }

    @Test
    void aClosedGateSaysNothingOfTheHost() {
        // Given
        status.set(200);
        var platform = platform();
        var call = Call.get("facebook", "page.get", platform);

        // When
        for (var i = 0; i < 20; i++) {
            fixture.http.call(call, Fixture.context(Optional::empty));
        }

        // Then
        assertThat(fixture.http.isOpen("facebook")).isTrue();
        assertThat(fixture.get(platform)).isInstanceOf(Answer.class);
    }

    @Test
    void trialsThatTheGateStopsAreTriedByOthers() {
        // Given
        var platform = platform();
        call(platform, 4);
        fixture.clock.advance(Duration.ofSeconds(11));
        status.set(200);

        // When
        for (var i = 0; i < 20; i++) {
            fixture.http.call(Call.get("facebook", "page.get", platform), Fixture.context(Optional::empty));
        }

        // Then
        assertThat(fixture.get(platform)).isInstanceOf(Answer.class);
    }

    @Test
    void failuresOfLongAgoAreForgotten() {
        // Given
        var platform = platform();
        call(platform, 3);

        // When
        fixture.clock.advance(Duration.ofMinutes(2));
        call(platform, 3);

        // Then
        assertThat(requests).hasValue(6);
        assertThat(fixture.http.isOpen("facebook")).isTrue();
    }

    @Test
    void aCallThatFindsNoFreePlaceInTimeIsNotSent() throws Exception {
        // Given
        fixture.close();
        fixture = new Fixture("HTTP_MAX_CONNECTIONS_PER_HOST", "1", "HTTP_CONNECT_TIMEOUT", "50ms");
        var arrived = new CountDownLatch(1);
        var release = Promise.<Void>promise();
        var slow = fixture.platform(request -> {
            requests.incrementAndGet();
            arrived.countDown();
            release.future().onSuccess(_ -> request.response().end());
        });
        var first = new CompletableFuture<Reply>();
        Thread.ofVirtual().start(() -> first.complete(fixture.get(slow)));
        arrived.await();

        // When
        var second = fixture.get(slow);

        // Then
        assertThat(second).isEqualTo(new NoAnswer(ErrorCode.NO_CONNECTION, false));
        assertThat(requests).hasValue(1);
        release.complete();
        assertThat(Fixture.soon(first)).isInstanceOf(Answer.class);
    }

    private URI platform() {
        return fixture.platform(request -> {
            requests.incrementAndGet();
            request.response().setStatusCode(status.get()).end();
        });
    }

    private void call(URI platform, int times) {
        for (var i = 0; i < times; i++) {
            fixture.get(platform);
        }
    }

    @Test
    void aHostThatAStrangerNamedIsLeftAloneAndClosesNoPlatform() {
        // Given: one inside our own network, which no call goes to
        var call = Call.get("bluesky", "method", platform()).toPublicHostOnly();
        for (var i = 0; i < 4; i++) {
            assertThat(fixture.http.call(call, Fixture.context()))
                    .isEqualTo(new NoAnswer(ErrorCode.NO_CONNECTION, false));
        }
        // When
        var reply = fixture.http.call(call, Fixture.context());
        // Then
        assertThat(reply).isEqualTo(HELD_BACK);
        assertThat(requests).hasValue(0);
        assertThat(fixture.http.isOpen("bluesky")).isTrue();
    }
}
