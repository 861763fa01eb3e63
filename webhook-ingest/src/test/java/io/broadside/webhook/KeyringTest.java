package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.ConfigException;
import io.broadside.webhook.platform.Vector;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyringTest {

    private static final WebhookApp AT_START = app("old-secret");

    private WebhookApp found = AT_START;
    private boolean isReadable = true;
    private final Keyring keyring = new Keyring(List.of(AT_START), () -> {
        if (!isReadable) {
            throw new ConfigException("WEBHOOK_X_DEMO_SECRETS_FILE: a readable text file needed");
        }
        return List.of(found, new WebhookApp("x", "new", Vector.credentials("s")));
    });

    @Test
    void takesASecretThatIsFoundTwice() {
        // Given
        found = app("new-secret", "old-secret");
        // When / Then
        keyring.look();
        assertThat(keyring.of(AT_START)).isEqualTo(AT_START.credentials());
        keyring.look();
        assertThat(keyring.of(AT_START)).isEqualTo(found.credentials());
    }

    @Test
    void takesNoFileThatIsBeingWritten() {
        // Given
        found = app("new-sec");
        keyring.look();
        // When
        found = app("new-secret");
        keyring.look();
        // Then
        assertThat(keyring.of(AT_START)).isEqualTo(AT_START.credentials());
        keyring.look();
        assertThat(keyring.of(AT_START)).isEqualTo(found.credentials());
    }

    @Test
    void keepsWhatItHasWhileNothingCanBeRead() {
        // Given
        isReadable = false;
        // When
        keyring.look();
        keyring.look();
        // Then
        assertThat(keyring.of(AT_START)).isEqualTo(AT_START.credentials());
    }

    private static WebhookApp app(String... secrets) {
        return new WebhookApp("x", "demo", Vector.credentials(secrets));
    }
}
