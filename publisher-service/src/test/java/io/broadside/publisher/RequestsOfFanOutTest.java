package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.NOW;
import static io.broadside.publisher.Fixtures.aRequest;
import static io.broadside.publisher.Fixtures.anAccount;
import static io.broadside.publisher.Fixtures.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.broadside.events.Content;
import io.broadside.events.PublishRequest;
import io.broadside.publisher.FanOut.Part;
import io.broadside.publisher.Fixtures.KnownConnections;
import io.broadside.publisher.RequestsOfFanOut.CurrentConnections;
import io.broadside.publisher.platform.Platforms;
import io.broadside.publisher.posts.Requests.TargetFault;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class RequestsOfFanOutTest {

    private final KnownConnections connections =
            new KnownConnections().with(anAccount("connection-1", "bakery", "fake"));
    private final FanOut fanOut = new FanOut(Platforms.of(new FakePlatform()), connections);

    @Test
    void whatWouldBePublishedHasNoFault() {
        assertThat(requests(_ -> {}).faults(aRequest("request-1").build())).isEmpty();
    }

    @Test
    void everyFaultOfTheRequestAndOfEachTargetIsToldAtOnce() {
        // Given
        var request = aRequest("request-1")
                .setContent(Content.newBuilder()
                        .setText("far too long for that platform")
                        .build())
                .setTargets(List.of(to("bakery", "fake"), to("nobody", "fake"), to("bakery", "myspace")))
                .setPublishAt(NOW.plus(Duration.ofDays(1000)))
                .build();
        // Then
        assertThat(requests(_ -> {}).faults(request))
                .extracting(TargetFault::targetIndex, fault -> fault.fault().getRule())
                .containsExactly(
                        tuple(Optional.empty(), "tooFar"),
                        tuple(Optional.of(0), "maxLength"),
                        tuple(Optional.of(1), "knownConnection"),
                        tuple(Optional.of(2), "knownPlatform"));
    }

    @Test
    void aConnectionThatWasMadeAMomentAgoIsWaitedFor() {
        // Given
        var request =
                aRequest("request-1").setTargets(List.of(to("florist", "fake"))).build();
        var requests = requests(_ -> connections.with(anAccount("connection-2", "florist", "fake")));
        // Then
        assertThat(requests.faults(request)).isEmpty();
    }

    @Test
    void whileConnectionsCannotBeReadNothingIsSaidOfThem() {
        // Given
        var request =
                aRequest("request-1").setTargets(List.of(to("florist", "fake"))).build();
        var requests = requests(_ -> {
            throw new TimeoutException("The broker is away");
        });
        // Then
        assertThatThrownBy(() -> requests.faults(request)).isInstanceOf(KafkaException.class);
    }

    @Test
    void theFanOutRefusesWhatHasFaultsAndNothingElse() {
        for (PublishRequest request : List.of(
                aRequest("request-1").build(),
                aRequest("request 2").build(),
                aRequest("request-3").setTargets(List.of()).build(),
                aRequest("request-4")
                        .setTargets(List.of(to("bakery", "fake"), to("bakery", "fake")))
                        .build(),
                aRequest("request-5")
                        .setPublishAt(NOW.plusSeconds(60))
                        .setDeadline(NOW.plusSeconds(30))
                        .build(),
                aRequest("request-6").setDeadline(NOW).build())) {
            var isRefused = fanOut.divide(request, NOW).stream().anyMatch(part -> part instanceof Part.Refused);
            assertThat(requests(_ -> {}).faults(request).isEmpty())
                    .as(request.getRequestId())
                    .isNotEqualTo(isRefused);
        }
    }

    @Test
    void aDeadlineThatIsPastIsAFault() {
        // Given
        var late = aRequest("request-1").setDeadline(NOW.minusSeconds(1)).build();
        // Then
        assertThat(requests(_ -> {}).faults(late)).singleElement().satisfies(fault -> {
            assertThat(fault.fault().getField()).isEqualTo("deadline");
            assertThat(fault.fault().getRule()).isEqualTo("past");
        });
        assertThat(requests(_ -> {})
                        .faults(aRequest("request-1")
                                .setDeadline(NOW.plusMillis(1))
                                .build()))
                .isEmpty();
    }

    @Test
    void aRequestThatIsTakenInAfterItsDeadlineIsLateAndNotWrong() {
        assertThat(codes(aRequest("request-1").setDeadline(NOW).build())).containsExactly("DEADLINE_PASSED");
        assertThat(codes(aRequest("request 2").setDeadline(NOW).build())).containsExactly("INVALID_REQUEST");
    }

    private List<String> codes(PublishRequest request) {
        return fanOut.divide(request, NOW).stream()
                .filter(Part.Refused.class::isInstance)
                .map(part ->
                        ((Part.Refused) part).result().getError().orElseThrow().getCode())
                .toList();
    }

    private RequestsOfFanOut requests(CurrentConnections current) {
        return new RequestsOfFanOut(fanOut, new HomePartition(3), current, Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
