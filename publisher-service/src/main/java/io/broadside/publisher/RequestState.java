package io.broadside.publisher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/**
 * What is remembered of a request that was accepted: enough to recognise it and to cancel it.
 *
 * @param fingerprint what it asked for, see {@link RequestFingerprint}
 * @param acceptedAtMillis when it was accepted, in milliseconds since 1970 UTC
 * @param commands the commands it became
 */
record RequestState(String fingerprint, long acceptedAtMillis, List<CommandRef> commands) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    record CommandRef(String commandId, String connectionId) {}

    RequestState {
        commands = List.copyOf(commands);
    }

    byte[] encoded() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of texts and numbers can be written", e);
        }
    }

    static RequestState decoded(byte[] bytes) {
        try {
            return JSON.readValue(bytes, RequestState.class);
        } catch (IOException e) {
            throw new IllegalStateException("The store of requests holds what this version did not write", e);
        }
    }
}
