package io.broadside.runtime.dispatch;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** Asks the broker whether topics are there. It connects when it is asked first, for one thread. */
final class TopicLookup implements AutoCloseable {

    private final Supplier<Admin> connect;
    private @Nullable Admin admin;

    TopicLookup(Supplier<Admin> connect) {
        this.connect = connect;
    }

    /** Returns at once; the answer fails with what the broker says of a topic that it does not show. */
    Future<?> ask(Set<String> topics) {
        if (admin == null) {
            admin = connect.get();
        }
        return admin.describeTopics(topics).allTopicNames();
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }
}
