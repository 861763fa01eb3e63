package io.broadside.simulator.platform;

import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.time.Instant;
import java.util.List;

/**
 * One network, doubled: its paths live below {@code /<id>}, its accounts and numbers in {@code /control}.
 *
 * <p>Its constructor declares its sections of the journal and of the settings, and does nothing else: what is in the journal is
 * applied after all platforms are constructed. Safe for use by many threads.
 *
 * @param <A> what one can publish as there
 */
public interface SimulatedPlatform<A extends Account> {
    Platform id();

    Api api();

    /** Names of the endpoints in failures and reports. */
    List<String> endpoints();

    /** Read from JSON when an account is added. */
    Class<A> accountType();

    /** The accounts a new simulator has. Their tokens are of this double only. */
    List<A> demoAccounts(Instant now);

    /** Adds an account, or gives a known one these tokens. Complete as returned. */
    A save(A account);

    /** All accounts with their newest tokens. */
    List<A> accounts();

    /**
     * From now on the access token of the account is expired.
     *
     * @throws IllegalArgumentException when there is no such account
     */
    void expireToken(String accountId);

    /**
     * From now on all tokens of the account are dead.
     *
     * @throws IllegalArgumentException when there is no such account
     */
    void revokeTokens(String accountId);

    /** What it counted itself, for the report. */
    Tally tally();

    WebhookDialect webhooks();

    /** Whether a call to the paths of another network is for this one, as Instagram's are that come to Facebook's host. */
    default boolean answersFor(Platform host, Request request) {
        return false;
    }
}
