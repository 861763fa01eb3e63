package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.ConfigException;
import io.broadside.webhook.platform.Vector;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyringTest {

    private static final WebhookApp AT_START = app("old-secret");

    private static final WebhookApp OTHER = new WebhookApp("x", "other", Vector.credentials("s"));

    private WebhookApp found = AT_START;
    private boolean isReadable = true;
    private final Keyring keyring = new Keyring(List.of(OTHER, AT_START), app -> {
        if (app.name().equals("other")) {
            throw new ConfigException("WEBHOOK_X_OTHER_SECRETS_FILE: at least one secret that is not empty needed");
        }
        if (!isReadable) {
            throw new ConfigException("WEBHOOK_X_DEMO_SECRETS_FILE: a readable text file needed");
        }
        return found;
    });

    @Test
    void takesASecretThatIsFoundTwiceWhateverIsWrongWithOthers() {
        // Given
        found = app("new-secret", "old-secret");
        // When / Then
        keyring.look();
        assertThat(keyring.of(AT_START)).isEqualTo(AT_START.credentials());
        keyring.look();
        assertThat(keyring.of(AT_START)).isEqualTo(found.credentials());
        assertThat(keyring.of(OTHER)).isEqualTo(OTHER.credentials());
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
