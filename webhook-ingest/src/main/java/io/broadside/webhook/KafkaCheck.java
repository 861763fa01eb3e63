package io.broadside.webhook;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/**
 * Asks the brokers whether they are there. What became of the last delivery would not do: not ready, the service gets none
 * any more, and would never learn that Kafka is back.
 */
final class KafkaCheck implements Checked, AutoCloseable {

    private static final String NAME = "kafka";
    private static final int LIMIT_MS = 800;

    private final Admin admin;

    KafkaCheck(Admin admin) {
        this.admin = admin;
    }

    @Override
    public Check check() {
        try {
            var nodes = admin.describeCluster(new DescribeClusterOptions().timeoutMs(LIMIT_MS))
                    .nodes()
                    .get(LIMIT_MS, TimeUnit.MILLISECONDS);
            return Check.ok(NAME, nodes.size() + " brokers");
        } catch (TimeoutException | ExecutionException _) {
            return Check.failing(NAME, "No broker answered within " + LIMIT_MS + " ms; deliveries are answered 503.");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Check.failing(NAME, "The check was interrupted.");
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
