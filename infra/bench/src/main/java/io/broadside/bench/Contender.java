package io.broadside.bench;

import io.broadside.events.RefreshRequest;
import java.util.function.Consumer;

/** A way to turn records into calls and to write what came of them, in the order of each key. */
interface Contender {

    String name();

    /**
     * Begins to consume the topic of the bench from its beginning, in a group of its own.
     *
     * @param handler the call: blocks for as long as it takes
     */
    AutoCloseable start(String topic, String group, Consumer<RefreshRequest> handler);
}
