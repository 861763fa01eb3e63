package io.broadside.publisher.platform.linkedin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LinkedInConfigTest {

    @ParameterizedTest
    @CsvSource({
        "LINKEDIN_API_VERSION, 202613",
        "LINKEDIN_API_VERSION, latest",
        "LINKEDIN_API_URI, https:///rest",
        "LINKEDIN_POSTS_API, graphql",
        "LINKEDIN_REPLAY_WITHIN, 6m",
        "LINKEDIN_PROCESSING_LIMIT, 0s",
    })
    void refusesWhatCannotWork(String name, String value) {
        assertThatThrownBy(() -> LinkedInConfig.from(Settings.from(Map.of(name, value))))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(name);
    }

    @ParameterizedTest
    @CsvSource({
        "https://www.linkedin.com/dms-uploads/1, true",
        "https://dms.licdn.com/1, true",
        "https://api.linkedin.com/mediaUpload/1, true",
        "https://linkedin.com/1, true",
        "http://www.linkedin.com/1, false",
        "https://notlinkedin.com/1, false",
        "https://example.org/linkedin.com, false",
    })
    void letsFilesGoToLinkedInOnly(URI address, boolean isAllowed) {
        assertThat(LinkedInConfig.from(Settings.from(Map.of())).takesUploads(address))
                .isEqualTo(isAllowed);
    }

    @Test
    void letsFilesGoWhereItsOwnApiIs() {
        var config = LinkedInConfig.from(Settings.from(Map.of("LINKEDIN_API_URI", "http://127.0.0.1:8090/linkedin")));
        assertThat(config.takesUploads(URI.create("http://127.0.0.1:8090/linkedin/upload/1")))
                .isTrue();
        assertThat(config.address("/rest/posts")).isEqualTo(URI.create("http://127.0.0.1:8090/linkedin/rest/posts"));
    }
}
