package io.broadside.retry.letters;

import java.time.Instant;

/**
 * Dead letters of one cause.
 *
 * @param code why they were given up, as one of Broadside's error codes
 * @param platform empty for records that could not be read
 * @param topic where they came from
 * @param lastError the last error of the newest of them, as its code; empty if there was none
 * @param newest id of the newest of them
 */
public record Group(
        String code,
        String platform,
        String topic,
        String lastError,
        long count,
        long redrivable,
        Instant first,
        Instant last,
        String newest) {}
