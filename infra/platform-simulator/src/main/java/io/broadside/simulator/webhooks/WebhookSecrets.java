package io.broadside.simulator.webhooks;

/** What sender and receiver share. Secrets of this double only. */
public record WebhookSecrets(String facebookAppSecret, String facebookVerifyToken, String xConsumerSecret) {
    @Override
    public String toString() {
        return "WebhookSecrets[...]";
    }
}
