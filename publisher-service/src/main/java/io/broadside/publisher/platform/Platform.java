package io.broadside.publisher.platform;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import java.util.List;

/**
 * One social platform: how to publish there, how to find out whether a publication happened, and what it accepts.
 *
 * <p>Implementations block the calling (virtual) thread, hold no state about single posts, and are safe for use by many
 * threads. Whatever the network answers is an {@link Outcome}; an exception is a bug.
 */
public interface Platform {

    /** Its id in lower case, as in targets and topics: {@code facebook}. */
    String id();

    /**
     * Everything that is wrong with this content for this platform, before anything is sent; empty if nothing is. Field paths
     * start at {@code content}.
     */
    List<Fault> faults(Content content);

    /** The same for one account, as its connection says its id and kind: what depends on whose it is comes on top. */
    default List<Fault> faults(Content content, String accountId, String accountKind) {
        return faults(content);
    }

    /** Publishes, or goes on from the command's checkpoint. Every call goes through the context's gate. */
    Outcome publish(PublishCommand command, Secret accessToken, CallContext context);

    /**
     * Finds out whether the call that the command is in doubt about ({@link PublishCommand#getDoubt}, or any publishing call of
     * it if that is absent) had its effect. Never causes it.
     */
    Found find(PublishCommand command, Secret accessToken, CallContext context);
}
