package io.broadside.publisher;

import io.broadside.events.Withdrawal;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * Which commands somebody wants back: those on the topic, which keeps them for a week, and what has come since, so many at most. A command
 * that stays on its own topic while its platform is down is not where retry-service could find it. Reads are for any thread.
 */
final class Withdrawals implements Checked, AutoCloseable {

    private static final int MOST = 200_000;

    private final Set<String> commandIds = newest(MOST);
    private final CompactedTable<Withdrawal, String> table;

    Withdrawals(KafkaClients clients) {
        // Several stand under one key, the connection: what the table itself would keep is only the last of them.
        var ofConnection = new ConcurrentHashMap<String, String>();
        this.table = new CompactedTable<>(
                Topics.WITHDRAWALS,
                clients,
                Withdrawal::getCommandId,
                (connectionId, _, commandId) -> {
                    ofConnection.remove(connectionId);
                    if (commandId != null) {
                        commandIds.add(commandId);
                    }
                },
                ofConnection);
    }

    void start() {
        table.start();
    }

    void awaitCurrent(Duration limit) throws TimeoutException, InterruptedException {
        table.awaitCurrent(limit);
    }

    /** Whether somebody wants this command back. */
    boolean isWithdrawn(String commandId) {
        return commandIds.contains(commandId);
    }

    @Override
    public Check check() {
        var check = table.check();
        return check.isOk() ? Check.ok(check.name(), commandIds.size() + " of late") : check;
    }

    @Override
    public void close() {
        table.close();
    }

    /** A set that forgets the eldest where it would have more than so many. For any thread. */
    static Set<String> newest(int most) {
        return Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > most;
            }
        }));
    }
}
