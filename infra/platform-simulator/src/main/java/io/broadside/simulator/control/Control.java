package io.broadside.simulator.control;

import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.control.Report.Numbers;
import io.broadside.simulator.facebook.FacebookApi;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.Failures;
import io.broadside.simulator.failure.Failures.ActiveFailure;
import io.broadside.simulator.http.CallLog;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.settings.Settings;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Handshake;
import io.broadside.simulator.webhooks.Receipt;
import io.broadside.simulator.webhooks.Webhooks;
import io.broadside.simulator.x.XApi;
import io.vertx.core.Future;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Steers the simulator from the same process; {@code /control} does the same over HTTP.
 *
 * <p>Safe for use by many threads. An exception means that it was asked for something that does not exist.
 */
public final class Control {
    private static final int LONGEST_WAIT_SECONDS = 60;

    private final FacebookApi facebook;
    private final XApi x;
    private final Failures failures;
    private final Publications publications;
    private final CallLog calls;
    private final CurrentSettings settings;
    private final Webhooks webhooks;

    public Control(
            FacebookApi facebook,
            XApi x,
            Failures failures,
            Publications publications,
            CallLog calls,
            CurrentSettings settings,
            Webhooks webhooks) {
        this.facebook = facebook;
        this.x = x;
        this.failures = failures;
        this.publications = publications;
        this.calls = calls;
        this.settings = settings;
        this.webhooks = webhooks;
    }

    /** Adds an account, or gives a known one these tokens. Complete as returned. */
    public Account add(Account account) {
        return switch (account) {
            case FacebookPage page -> facebook.save(page);
            case XUser user -> {
                x.save(user);
                yield user;
            }
        };
    }

    /** All accounts with their newest tokens. */
    public List<Account> accounts() {
        var accounts = new ArrayList<Account>(facebook.pages());
        accounts.addAll(x.users());
        return accounts;
    }

    /** From now on the access token of the account is expired. */
    public void expireToken(Platform platform, String accountId) {
        switch (platform) {
            case FACEBOOK -> facebook.expireToken(accountId);
            case X -> x.expireToken(accountId);
        }
    }

    /** From now on all tokens of the account are dead. */
    public void revokeTokens(Platform platform, String accountId) {
        switch (platform) {
            case FACEBOOK -> facebook.revokeTokens(accountId);
            case X -> x.revokeTokens(accountId);
        }
    }

    /** Makes calls fail. */
    public ActiveFailure inject(Failure failure) {
        var endpoints = switch (failure.platform()) {
            case FACEBOOK -> FacebookApi.ENDPOINTS;
            case X -> XApi.ENDPOINTS;
        };
        if (!failure.endpoint().equals("*") && !endpoints.contains(failure.endpoint())) {
            throw new IllegalArgumentException(
                    "endpoint: * or one of " + endpoints + " needed, was " + failure.endpoint());
        }
        return failures.inject(failure);
    }

    /** The failures still to come. */
    public List<ActiveFailure> failures() {
        return failures.active();
    }

    public void clearFailures() {
        failures.clear();
    }

    /** Everything that was really published, in that order. */
    public List<Publication> posts() {
        return publications.all();
    }

    public List<Publication> posts(Platform platform) {
        return posts().stream().filter(post -> post.platform() == platform).toList();
    }

    public Report report() {
        return new Report(
                new Numbers(
                        publications.published(Platform.FACEBOOK),
                        publications.duplicates(Platform.FACEBOOK),
                        facebook.duplicatesRefused(),
                        calls.counts(Platform.FACEBOOK),
                        0,
                        0,
                        0),
                new Numbers(
                        publications.published(Platform.X),
                        publications.duplicates(Platform.X),
                        x.duplicatesRefused(),
                        calls.counts(Platform.X),
                        x.tokenRefreshes(),
                        x.refreshTokenReuses(),
                        x.tokenFamiliesRevoked()));
    }

    /** The latest calls, after the one with this sequence number; 0 for all that are still known. */
    public List<CallLog.Call> calls(long since) {
        return calls.since(since);
    }

    public Settings settings() {
        return settings.get();
    }

    /** Changes one setting, by its name in {@link Settings}. */
    public Settings set(String name, Object value) {
        return settings.change(Json.object().set(name, Json.MAPPER.valueToTree(value)));
    }

    public Settings change(UnaryOperator<Settings> change) {
        return settings.change(Json.MAPPER.valueToTree(change.apply(settings.get())));
    }

    /** Performs the handshake with the receiver, and registers it if that succeeds. Waits for it. */
    public Handshake registerWebhook(Platform platform, URI callbackUrl) {
        return await(webhooks.register(platform, callbackUrl));
    }

    /** Sends an event to the registered receiver, signed as the network does. Waits for its answer. */
    public Receipt deliver(Platform platform, Delivery delivery) {
        return await(webhooks.deliver(platform, delivery));
    }

    Webhooks webhooks() {
        return webhooks;
    }

    CurrentSettings currentSettings() {
        return settings;
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + LONGEST_WAIT_SECONDS + " s", e);
        }
    }
}
