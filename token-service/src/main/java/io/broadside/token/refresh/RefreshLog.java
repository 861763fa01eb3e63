package io.broadside.token.refresh;

import io.broadside.events.RefreshRequest;
import io.broadside.runtime.vault.VaultException;
import io.broadside.schemas.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said of a renewal that does not go as it should. */
final class RefreshLog {

    private static final Logger LOGGER = LoggerFactory.getLogger(RefreshLog.class);

    private RefreshLog() {}

    static void warn(RefreshRequest request, String what, ErrorCode code) {
        LOGGER.atWarn()
                .addKeyValue("connectionId", request.getConnectionId())
                .addKeyValue("platform", request.getPlatform())
                .addKeyValue("tokenVersion", request.getTokenVersion())
                .addKeyValue("errorCode", code)
                .log(what);
    }

    static void unopened(RefreshRequest request, VaultException cause, String what) {
        LOGGER.atError()
                .addKeyValue("connectionId", request.getConnectionId())
                .addKeyValue("cause", cause.getMessage())
                .log(what);
    }
}
