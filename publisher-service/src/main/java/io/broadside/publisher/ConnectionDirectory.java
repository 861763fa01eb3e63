package io.broadside.publisher;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Target;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Finds the connection that a target means. Keeps of each only what is needed for that. Reads are for any thread. */
final class ConnectionDirectory implements Connections, Checked, AutoCloseable {

    private final CompactedTable<Connection, Known> table;
    private final Map<Owner, Set<String>> byOwner = new ConcurrentHashMap<>();

    private record Owner(String profileId, String platform) {}

    private record Known(Account account, Optional<PersonNeeded> person) {}

    ConnectionDirectory(KafkaClients clients) {
        this.table = new CompactedTable<>(Topics.CONNECTIONS, clients, ConnectionDirectory::known, this::changed);
    }

    void start() {
        table.start();
    }

    void awaitCurrent(Duration limit) throws TimeoutException, InterruptedException {
        table.awaitCurrent(limit);
    }

    /** Why a connection needs a person; empty if it does not, or is not known. */
    Optional<PersonNeeded> personNeeded(String connectionId) {
        return table.get(connectionId).flatMap(Known::person);
    }

    /** The platform's id of a connection's account; empty if the connection is not known. */
    Optional<String> accountId(String connectionId) {
        return table.get(connectionId).map(known -> known.account().accountId());
    }

    @Override
    public Resolution resolve(Target target) {
        return target.getConnectionId().isPresent()
                ? byId(target.getConnectionId().get(), target)
                : byOwner(target.getProfileId().orElse(""), target.getPlatform().orElse(""));
    }

    private Resolution byId(String connectionId, Target target) {
        return table.get(connectionId)
                .map(Known::account)
                // A target that also says whose connection it means must mean the same one.
                .filter(found ->
                        target.getPlatform().map(found.platform()::equals).orElse(true))
                .filter(found ->
                        target.getProfileId().map(found.profileId()::equals).orElse(true))
                .map(ConnectionDirectory::usable)
                .orElseGet(Resolution.Unknown::new);
    }

    private Resolution byOwner(String profileId, String platform) {
        var found = byOwner.getOrDefault(new Owner(profileId, platform), Set.of()).stream()
                .map(table::get)
                .flatMap(Optional::stream)
                .map(Known::account)
                .filter(Account::isConnected)
                .toList();
        return switch (found.size()) {
            case 0 -> new Resolution.Unknown();
            case 1 -> new Resolution.Resolved(found.getFirst());
            default -> new Resolution.Ambiguous(found.size());
        };
    }

    private static Resolution usable(Account account) {
        return account.isConnected() ? new Resolution.Resolved(account) : new Resolution.Disconnected();
    }

    private static Known known(Connection connection) {
        var account = new Account(
                connection.getConnectionId(),
                connection.getProfileId(),
                connection.getPlatform(),
                connection.getAccountId(),
                connection.getAccountKind(),
                connection.getStatus() != ConnectionStatus.DISCONNECTED);
        return new Known(account, PersonNeeded.of(connection));
    }

    private void changed(String connectionId, @Nullable Known before, @Nullable Known after) {
        if (before != null && after != null && owner(before).equals(owner(after))) {
            return;
        }
        if (before != null) {
            byOwner.computeIfPresent(owner(before), (_, ids) -> without(ids, connectionId));
        }
        if (after != null) {
            byOwner.computeIfAbsent(owner(after), _ -> ConcurrentHashMap.newKeySet())
                    .add(connectionId);
        }
    }

    private static Owner owner(Known known) {
        return new Owner(known.account().profileId(), known.account().platform());
    }

    private static @Nullable Set<String> without(Set<String> ids, String connectionId) {
        ids.remove(connectionId);
        return ids.isEmpty() ? null : ids;
    }

    @Override
    public Check check() {
        return table.check();
    }

    @Override
    public void close() {
        table.close();
    }
}
