package io.broadside.webhook.platform;

import io.broadside.events.RawDelivery;

/** The body of a delivery, byte for byte. */
public final class RawBody {

    private RawBody() {}

    /** The bytes, perhaps those of the delivery itself: nobody may change them. */
    public static byte[] of(RawDelivery delivery) {
        var body = delivery.getBody();
        if (body.hasArray() && body.arrayOffset() == 0 && body.remaining() == body.array().length) {
            return body.array();
        }
        var bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        return bytes;
    }
}
