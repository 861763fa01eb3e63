package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStackIT {

    @Test
    void aStackThatCannotStartLeavesNothingBehind(@TempDir Path data) throws IOException {
        // Given
        var ports = FreePorts.find();
        try (var _ = new ServerSocket(ports.kafka(), 1, InetAddress.getLoopbackAddress())) {
            // When
            assertThatThrownBy(() -> LocalStack.start(ports, data, _ -> {})).hasMessageContaining("" + ports.kafka());
        }
        // Then
        assertThat(List.of(ports.simulator(), ports.registry())).allMatch(LocalStackIT::isFree);
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
