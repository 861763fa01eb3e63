package io.broadside.simulator.webhooks;

import io.broadside.simulator.account.Platform;
import java.net.URI;

/**
 * What became of a registration.
 *
 * @param verified whether the receiver answered as it must; only then deliveries go there
 * @param status HTTP status the receiver gave; 0 when it gave none
 * @param detail what was wrong, or empty
 */
public record Handshake(Platform platform, URI callbackUrl, boolean verified, int status, String detail) {}
