package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of the promises in small, and the check of the check. */
class ChaosIT {

    private static final Duration LIMIT = Duration.ofMinutes(20);

    @Test
    void nothingIsLostOrPostedTwiceWhileProcessesAreKilledAndFrozenAndTheBrokerDies(@TempDir Path data)
            throws Exception {
        // Given
        var said = new ArrayList<String>();
        var plan = new Chaos.Plan(400, 2, 8, 42, LIMIT, 1.0, false);
        // When
        var reckoning = new Chaos(plan, FreePorts.find(), data, said::add).run();
        reckoning.tell(said::add);
        // Then
        assertThat(reckoning.exitCode()).as(String.join("\n", said)).isZero();
        assertThat(reckoning.accepted()).isEqualTo(400);
    }

    @Test
    void aDispatcherThatForgetsItsIntentsIsFoundOut(@TempDir Path data) throws Exception {
        // Given
        var said = new ArrayList<String>();
        var plan = new Chaos.Plan(500, 2, 12, 43, LIMIT, 1.0, true);
        // When
        var reckoning = new Chaos(plan, FreePorts.find(), data, said::add).run();
        reckoning.tell(said::add);
        // Then
        assertThat(reckoning.postedTwice()).as(String.join("\n", said)).isNotEmpty();
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }
}
