package io.broadside.retry.account;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What the account works with.
 *
 * @param overdueAfter how long after its due time a target counts as overdue
 * @param view where the metrics look
 * @param inventory where it asks for what it has not heard of for a while
 * @param silence for how long that is
 * @param partitions how many each topic has
 */
public record AccountParts(
        List<String> platforms,
        Duration overdueAfter,
        AccountView view,
        Inventory inventory,
        Duration silence,
        int partitions) {

    public AccountParts {
        platforms = List.copyOf(platforms);
        Objects.requireNonNull(view);
    }
}
