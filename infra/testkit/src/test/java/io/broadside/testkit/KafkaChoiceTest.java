package io.broadside.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class KafkaChoiceTest {

    @Test
    void isAutoUnlessSomethingIsSaid() {
        assertThat(KafkaChoice.parse(Optional.empty())).isEqualTo(KafkaChoice.AUTO);
        assertThat(KafkaChoice.parse(Optional.of(""))).isEqualTo(KafkaChoice.AUTO);
        assertThat(KafkaChoice.parse(Optional.of("embedded"))).isEqualTo(KafkaChoice.EMBEDDED);
        assertThat(KafkaChoice.parse(Optional.of(" Docker "))).isEqualTo(KafkaChoice.DOCKER);
    }

    @Test
    void refusesWhatIsNoChoice() {
        assertThatThrownBy(() -> KafkaChoice.parse(Optional.of("podman")))
                .hasMessage("BROADSIDE_TEST_KAFKA: embedded, docker or auto needed, was 'podman'");
    }
}
