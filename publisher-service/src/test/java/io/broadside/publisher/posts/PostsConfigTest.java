package io.broadside.publisher.posts;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PostsConfigTest {

    private static final String KEYS = "a".repeat(64);

    @Test
    void withoutKeysOnlyThisMachineReachesTheApi() {
        assertThat(host(Map.of())).isEqualTo("127.0.0.1");
        assertThat(host(Map.of("PUBLISHER_API_KEYS", KEYS))).isEqualTo("0.0.0.0");
    }

    @Test
    void anAddressThatIsNamedCounts() {
        assertThat(host(Map.of("PUBLISHER_API_HOST", "10.0.0.7"))).isEqualTo("10.0.0.7");
        assertThat(host(Map.of("PUBLISHER_API_HOST", "127.0.0.1", "PUBLISHER_API_KEYS", KEYS)))
                .isEqualTo("127.0.0.1");
    }

    private static String host(Map<String, String> environment) {
        return PostsConfig.from(Settings.from(environment)).host();
    }
}
