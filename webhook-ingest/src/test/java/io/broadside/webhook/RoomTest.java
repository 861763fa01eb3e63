package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Settings;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoomTest {

    private static final int ALL = 4_096;

    private final Sources sources = new Sources(
            Limits.from(Settings.from(Map.of("WEBHOOK_BODY_LIMIT", "1024", "WEBHOOK_MAX_BYTES_IN_FLIGHT", "4096"))),
            System::nanoTime);
    private final Room room = new Room(ALL);
    private final List<String> cutOff = new ArrayList<>();

    @Test
    void cutsOffTheBodyThatHasBeenUnderWayLongestWhenOthersNeedItsMemory() {
        // Given: four sources with all there is
        var first = unfinished("192.0.2.1");
        for (var i = 2; i <= 4; i++) {
            unfinished("192.0.2." + i);
        }
        assertThat(room.bytesLeft()).isZero();
        // When
        var genuine = room.share(source("192.0.2.5"));
        // Then
        assertThat(genuine.take(140)).isTrue();
        assertThat(cutOff).containsExactly("192.0.2.1");
        assertThat(first.isWhole()).isFalse();
        assertThat(genuine.isWhole()).isTrue();
        // What is closed later gives nothing back that it has not any more.
        first.close();
        assertThat(room.bytesLeft()).isEqualTo(1_024 - 140);
    }

    @Test
    void cutsOffTheOldestOfASourceThatHasAllThatOneMayHave() {
        // Given
        unfinished("192.0.2.1");
        assertThat(room.bytesLeft()).isEqualTo(ALL - 1_024);
        // When
        var genuine = room.share(source("192.0.2.1"));
        // Then
        assertThat(genuine.take(140)).isTrue();
        assertThat(cutOff).containsExactly("192.0.2.1");
    }

    @Test
    void leavesWholeBodiesAlone() {
        // Given
        var shares = new ArrayList<Room.Share>();
        for (var i = 1; i <= 4; i++) {
            var share = unfinished("192.0.2." + i);
            assertThat(share.isWhole()).isTrue();
            shares.add(share);
        }
        // When
        var next = room.share(source("192.0.2.5"));
        // Then
        assertThat(next.take(1)).isFalse();
        assertThat(cutOff).isEmpty();
        shares.forEach(Room.Share::close);
        assertThat(next.take(1)).isTrue();
        assertThat(room.bytesLeft()).isEqualTo(ALL - 1);
    }

    @Test
    void whoNeedsMoreAndHasBeenUnderWayLongestGetsNone() {
        // Given
        var first = unfinished("192.0.2.1");
        // When / Then
        assertThat(first.take(1)).isFalse();
        first.close();
        assertThat(room.bytesLeft()).isEqualTo(ALL);
        assertThat(source("192.0.2.1").unfinished()).isEmpty();
    }

    private Room.Share unfinished(String address) {
        var share = room.share(source(address));
        assertThat(share.take(1_024)).isTrue();
        share.mayBeCutOff(() -> cutOff.add(address));
        return share;
    }

    private Source source(String address) {
        return sources.of(SocketAddress.inetSocketAddress(1, address));
    }
}
