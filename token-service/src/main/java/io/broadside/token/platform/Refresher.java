package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;

/** Exchanges a refresh token for a new token: one call, made once. */
@FunctionalInterface
public interface Refresher {

    /** Makes exactly one call, through the context's gate. */
    RefreshAnswer refresh(Secret refreshToken, CallContext context);
}
