package io.broadside.simulator.platform;

/**
 * An application as a network knows it. Its secrets are of this double only.
 *
 * @param clientId the public name: Facebook's and Instagram's app id, X's and LinkedIn's client id, TikTok's client key
 * @param webhookSecret signs deliveries; often the client secret, but not on X
 * @param verifyToken sent in the handshake of webhooks, where the network has such a thing
 */
public record App(String clientId, String clientSecret, String webhookSecret, String verifyToken) {
    @Override
    public String toString() {
        return "App[" + clientId + "]";
    }
}
