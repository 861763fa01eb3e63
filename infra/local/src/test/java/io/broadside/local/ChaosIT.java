package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The check of the promises in small, and the check of the check. */
class ChaosIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(ChaosIT.class);
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final List<String> said = new ArrayList<>();

    @Test
    void nothingIsLostOrPostedTwiceWhileProcessesAreKilledAndFrozenAndTheBrokerDies(@TempDir Path data)
            throws Exception {
        // Given
        var plan = new Chaos.Plan(400, 2, 8, 42, LIMIT, 1.0, false);
        // When
        var reckoning = new Chaos(plan, FreePorts.find(), data, this::say).run();
        reckoning.tell(this::say);
        // Then
        assertThat(reckoning.exitCode()).as(String.join("\n", said)).isZero();
        assertThat(reckoning.accepted()).isEqualTo(400);
    }

    @Test
    void aDispatcherThatForgetsItsIntentsIsFoundOut(@TempDir Path data) throws Exception {
        // Given
        var plan = new Chaos.Plan(200, 2, 4, 43, LIMIT, 1.0, true);
        // When
        var reckoning = new Chaos(plan, FreePorts.find(), data, this::say).run();
        reckoning.tell(this::say);
        // Then
        assertThat(reckoning.postedTwice()).as(String.join("\n", said)).isNotEmpty();
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    /** Where it is killed and frozen for minutes, a log shows how far it has come. */
    private void say(String line) {
        LOGGER.info("{}", line);
        said.add(line);
    }
}
