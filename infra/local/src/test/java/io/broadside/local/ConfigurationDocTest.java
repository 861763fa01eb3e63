package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.PublisherConfig;
import io.broadside.retry.RetryConfig;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.token.TokenConfig;
import io.broadside.webhook.WebhookConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/configuration.md is written from the settings themselves: {@code mvn -pl infra/local test -Ddocs.write=true}. */
class ConfigurationDocTest {

    private static final Path FILE = Path.of("../../docs/configuration.md");
    private static final String BEGIN = "<!-- settings: written by ConfigurationDocTest -->\n";

    @Test
    void theReferenceHasEverySettingWithItsDefaultAndMeaning() throws IOException {
        // Given
        var text = Files.readString(FILE);
        var introduction = text.substring(0, text.indexOf(BEGIN) + BEGIN.length());
        // When
        var expected = introduction + reference();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(FILE, expected);
        }
        // Then
        assertThat(Files.readString(FILE)).isEqualTo(expected);
    }

    private static String reference() {
        var services = new LinkedHashMap<String, List<Setting>>();
        services.put("publisher-service", PublisherConfig.SETTINGS);
        services.put("token-service", TokenConfig.SETTINGS);
        services.put("retry-service", RetryConfig.SETTINGS);
        services.put("webhook-ingest", WebhookConfig.SETTINGS);
        var shared = services.values().stream()
                .flatMap(settings -> settings.stream().distinct())
                .collect(Collectors.groupingBy(setting -> setting, LinkedHashMap::new, Collectors.counting()));
        var text = new StringBuilder();
        table(
                text,
                "All services",
                shared.entrySet().stream()
                        .filter(entry -> entry.getValue() == services.size())
                        .map(Map.Entry::getKey)
                        .filter(setting -> !setting.equals(Settings.CONFIG_FILE)));
        services.forEach((service, settings) -> table(
                text,
                service,
                settings.stream()
                        .distinct()
                        .filter(setting -> shared.getOrDefault(setting, 0L) < services.size())
                        .filter(setting -> !setting.equals(Settings.CONFIG_FILE))));
        return text.toString();
    }

    private static void table(StringBuilder text, String title, Stream<Setting> settings) {
        text.append("\n## ").append(title).append("\n\n| variable | default | meaning |\n|---|---|---|\n");
        settings.forEach(setting -> text.append("| `")
                .append(setting.name())
                .append("` | ")
                .append(fallback(setting))
                .append(" | ")
                .append(setting.meaning().replace("|", "\\|"))
                .append(" |\n"));
    }

    private static String fallback(Setting setting) {
        return switch (setting.need()) {
            case REQUIRED -> "required";
            case OPTIONAL -> "none";
            case DEFAULTED -> "`" + setting.fallback() + "`";
        };
    }
}
