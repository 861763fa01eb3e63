package io.broadside.simulator.webhooks;

import java.net.URI;

/**
 * What became of a delivery.
 *
 * @param status HTTP status the receiver gave to the last sending; 0 when it gave none
 * @param body what was sent
 * @param signature header value, or empty where the signature is in the body
 */
public record Receipt(URI url, int status, String body, String signature) {}
