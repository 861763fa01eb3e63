package io.broadside.runtime.kafka;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/**
 * Asks the brokers whether they are there. What consumers do tells nothing of that: without a broker they are given no records, just as
 * when there are none, and a service that has nothing to do would look well.
 */
public final class KafkaCheck implements Checked, AutoCloseable {

    private static final String NAME = "kafka";
    private static final int LIMIT_MS = 800;

    private final Admin admin;

    public KafkaCheck(KafkaClients clients) {
        this.admin = clients.admin();
    }

    @Override
    public Check check() {
        try {
            var nodes = admin.describeCluster(new DescribeClusterOptions().timeoutMs(LIMIT_MS))
                    .nodes()
                    .get(LIMIT_MS, TimeUnit.MILLISECONDS);
            return Check.ok(NAME, nodes.size() + " brokers");
        } catch (ExecutionException e) {
            var cause = e.getCause();
            return Check.failing(
                    NAME,
                    "No broker answered as it should ("
                            + (cause == null ? e : cause).getClass().getSimpleName() + ").");
        } catch (TimeoutException _) {
            return Check.failing(NAME, "No broker answered within " + LIMIT_MS + " ms.");
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
