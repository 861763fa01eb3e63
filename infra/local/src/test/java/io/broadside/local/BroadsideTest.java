package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BroadsideTest {

    @Test
    void everyCommandOfTheReadmeIsThere() {
        assertThat(Broadside.commandLine().getSubcommands())
                .containsOnlyKeys(
                        "demo", "up", "publish", "watch", "why", "change", "account", "dead-letters", "keys", "chaos");
    }
}
