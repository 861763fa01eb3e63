package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.PublisherConfig;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalEnvironmentTest {

    /** Otherwise every start of the stack begins with a warning. */
    @Test
    void aPieceOfAnUploadHasTheTimeItMayTake(@TempDir Path data) {
        // Given
        var ports = FreePorts.find();
        try (var simulator = PlatformSimulator.start(SimulatorConfig.onPort(ports.simulator()))) {
            // When
            var environment = LocalStack.environment(ports, data, simulator).of("publisher");
            // Then
            assertThat(PublisherConfig.from(environment).leavesTimeForTheLastPiece())
                    .isTrue();
        }
    }
}
