package io.broadside.simulator.facebook;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URI;

/** Loads a photo from its URL. */
@FunctionalInterface
public interface PhotoFetcher {
    /** Fails when there is no answer, another one than 200, or too much of it. */
    Future<Buffer> fetch(URI url);
}
