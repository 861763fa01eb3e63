package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RoomTest {

    private final Room room = new Room(100, 60, Set.of("a", "b", "c", "d", "e"));

    @Test
    void aTopicAloneTakesWhatOneTopicMay() {
        assertThat(fill("a")).isEqualTo(60);
    }

    @Test
    void topicsThatTakeAllTheyCanLeaveTheShareOfEveryOther() {
        // Given: a share is a tenth, half of all places divided by five
        fill("a");
        fill("b");
        fill("c");
        fill("d");
        // When
        var left = fill("e");
        // Then
        assertThat(left).isEqualTo(10);
        assertThat(room.underWay()).isEqualTo(100);
    }

    @Test
    void aPlaceThatIsLeftCanBeTakenAgain() {
        // Given
        fill("a");
        // When
        room.leave("a");
        // Then
        assertThat(fill("a")).isEqualTo(1);
    }

    private int fill(String topic) {
        var taken = 0;
        while (room.isThereFor(topic)) {
            room.enter(topic);
            taken++;
        }
        return taken;
    }
}
