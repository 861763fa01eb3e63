package io.broadside.token;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The access tokens there are, sealed. */
@FunctionalInterface
public interface AccessTokens {

    /**
     * The token of a connection; empty if it is not known, or not of this version. May block for a moment.
     *
     * @param version the one that is wanted
     */
    Optional<ByteBuffer> sealedToken(String connectionId, long version);
}
