package io.broadside.webhook.platform;

import io.broadside.events.RawDelivery;

/** The body of a delivery, byte for byte. */
public final class RawBody {

    private RawBody() {}

    /** A copy; the delivery stays as it is. */
    public static byte[] of(RawDelivery delivery) {
        var bytes = new byte[delivery.getBody().remaining()];
        delivery.getBody().duplicate().get(bytes);
        return bytes;
    }
}
