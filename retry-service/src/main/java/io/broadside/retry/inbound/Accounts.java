package io.broadside.retry.inbound;

import io.broadside.events.Connection;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The connections of every account, by platform and the platform's id of it. Reads are for any thread and never block. */
public final class Accounts implements Checked, AutoCloseable {

    private static final Duration LOADED_WITHIN = Duration.ofMinutes(5);

    private final Index index = new Index();
    private final CompactedTable<Connection, Account> table;

    /** What is kept of a connection. Threads tells of a profile by its name. */
    private record Account(String platform, String id, String name) {

        boolean isNamed() {
            return platform.equals("threads") && !name.equals(id);
        }
    }

    public Accounts(KafkaClients clients) {
        this.table = new CompactedTable<>(
                Topics.CONNECTIONS,
                clients,
                connection ->
                        new Account(connection.getPlatform(), connection.getAccountId(), connection.getAccountName()),
                index);
    }

    /**
     * Reads them all; what is written later follows. The topic must exist.
     *
     * @throws KafkaException if that takes longer than five minutes
     */
    public void load() {
        table.start();
        try {
            table.awaitCurrent(LOADED_WITHIN);
        } catch (TimeoutException e) {
            throw new KafkaException(
                    "The connections could not be read within " + LOADED_WITHIN.toMinutes() + " min.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while the connections were read.", e);
        }
    }

    /** The connections of an account, one for every profile that has it. */
    Set<String> connectionsOf(String platform, String accountId) {
        return index.of(platform, accountId);
    }

    @Override
    public Check check() {
        return table.check();
    }

    @Override
    public void close() {
        table.close();
    }

    /** Follows the table. */
    private static final class Index implements CompactedTable.Listener<Account> {

        private final Map<String, Set<String>> connections = new ConcurrentHashMap<>();

        Set<String> of(String platform, String accountId) {
            return connections.getOrDefault(key(platform, accountId), Set.of());
        }

        @Override
        public void changed(String connectionId, @Nullable Account before, @Nullable Account after) {
            if (before != null) {
                remove(key(before.platform(), before.id()), connectionId);
                if (before.isNamed()) {
                    remove(key(before.platform(), before.name()), connectionId);
                }
            }
            if (after != null) {
                add(key(after.platform(), after.id()), connectionId);
                if (after.isNamed()) {
                    add(key(after.platform(), after.name()), connectionId);
                }
            }
        }

        private void add(String key, String connectionId) {
            connections.computeIfAbsent(key, _ -> ConcurrentHashMap.newKeySet()).add(connectionId);
        }

        private void remove(String key, String connectionId) {
            connections.computeIfPresent(key, (_, ids) -> {
                ids.remove(connectionId);
                return ids.isEmpty() ? null : ids;
            });
        }

        private static String key(String platform, String accountId) {
            return platform + ":" + accountId;
        }
    }
}
