package io.broadside.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.ContentOverride;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestFingerprintTest {

    @Test
    void anOverrideThatTakesTheMediaAwayIsAnotherThanNone() {
        var none = ContentOverride.newBuilder().setText("Hello").build();
        var empty = ContentOverride.newBuilder(none).setMedia(List.of()).build();
        assertThat(print(none)).isNotEqualTo(print(empty));
        assertThat(print(none)).isEqualTo(print(ContentOverride.newBuilder(none).build()));
    }

    @Test
    void whenItWasAskedForDoesNotCount() {
        var request = request(ContentOverride.newBuilder().build());
        var later = PublishRequest.newBuilder(request)
                .setRequestedAt(Instant.parse("2026-11-20T10:15:30Z"))
                .build();
        assertThat(RequestFingerprint.of(request)).isEqualTo(RequestFingerprint.of(later));
    }

    private static String print(ContentOverride override) {
        return RequestFingerprint.of(request(override));
    }

    private static PublishRequest request(ContentOverride override) {
        return PublishRequest.newBuilder()
                .setRequestId("request-1")
                .setContent(Content.newBuilder().setText("Hello").build())
                .setTargets(List.of(Target.newBuilder()
                        .setConnectionId("connection-1")
                        .setOverride(override)
                        .build()))
                .build();
    }
}
