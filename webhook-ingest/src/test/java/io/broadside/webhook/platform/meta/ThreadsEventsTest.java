package io.broadside.webhook.platform.meta;

import static io.broadside.webhook.platform.RawDeliveries.aDelivery;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.Vectors;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadsEventsTest {

    private final MetaWebhooks threads = MetaWebhooks.threads();

    @Test
    void aPublicationIsKnownByTheNameOfItsProfile() {
        // When
        var event = only(Vectors.THREADS_POST.body());
        // Then
        assertThat(event.getPlatform()).isEqualTo("threads");
        assertThat(event.getKind()).isEqualTo(InboundKind.POST_PUBLISHED);
        assertThat(event.getPlatformKind()).isEqualTo("interaction.publish");
        assertThat(event.getAccountId()).isEqualTo("demo");
        assertThat(event.getObjectId()).contains("6000000006");
        assertThat(event.getUrl()).contains("https://www.threads.com/@demo/post/AbC");
        assertThat(event.getOccurredAt()).contains(Instant.parse("2026-11-18T10:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({"replies, COMMENT, owner-1", "mentions, MENTION, 4000000004", "delete, POST_DELETED, owner-2"})
    void everyFieldNamesItsAccountInItsOwnPlace(String field, InboundKind kind, String account) {
        var event = only("{\"topic\":\"moderate\",\"target_id\":\"4000000004\",\"values\":[{\"field\":\"" + field
                + "\",\"value\":{\"id\":\"1\",\"username\":\"ada\",\"root_post\":{\"owner_id\":\"owner-1\"},"
                + "\"owner\":{\"owner_id\":\"owner-2\"}}}]}");
        assertThat(event.getKind()).isEqualTo(kind);
        assertThat(event.getAccountId()).isEqualTo(account);
    }

    private InboundEvent only(String body) {
        var normalised = threads.normalise(aDelivery("threads", body));
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events()).hasSize(1);
        return normalised.events().getFirst();
    }
}
