package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RawDelivery;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;

/** Deliveries as they stand on inbound.raw, for tests. */
public final class RawDeliveries {

    public static final Instant RECEIVED_AT = Instant.parse("2026-11-20T12:00:00Z");

    private RawDeliveries() {}

    public static RawDelivery aDelivery(String platform, String body) {
        return aDelivery(platform, "application/json", body);
    }

    public static RawDelivery aDelivery(String platform, String contentType, String body) {
        return RawDelivery.newBuilder()
                .setDeliveryId("delivery-1")
                .setPlatform(platform)
                .setApp("demo")
                .setReceivedAt(RECEIVED_AT)
                .setHeaders(Map.of("content-type", contentType))
                .setBody(ByteBuffer.wrap(body.getBytes(UTF_8)))
                .build();
    }
}
