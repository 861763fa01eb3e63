package io.broadside.simulator.control;

import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.control.Report.Numbers;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.Failures;
import io.broadside.simulator.failure.Failures.ActiveFailure;
import io.broadside.simulator.http.CallLog;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.platform.Platforms;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.settings.Settings;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Handshake;
import io.broadside.simulator.webhooks.Receipt;
import io.broadside.simulator.webhooks.Webhooks;
import io.vertx.core.Future;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Steers the simulator from the same process; {@code /control} does the same over HTTP.
 *
 * <p>Safe for use by many threads. An exception means that it was asked for something that does not exist.
 */
public final class Control {
    private static final int LONGEST_WAIT_SECONDS = 60;

    private final Platforms platforms;
    private final Failures failures;
    private final Publications publications;
    private final CallLog calls;
    private final CurrentSettings settings;
    private final Webhooks webhooks;

    public Control(
            Platforms platforms,
            Failures failures,
            Publications publications,
            CallLog calls,
            CurrentSettings settings,
            Webhooks webhooks) {
        this.platforms = platforms;
        this.failures = failures;
        this.publications = publications;
        this.calls = calls;
        this.settings = settings;
        this.webhooks = webhooks;
    }

    /** The networks that are doubled here. */
    public List<Platform> platforms() {
        return platforms.ids();
    }

    /** Names of a network's endpoints in failures and reports. */
    public List<String> endpoints(Platform platform) {
        return platforms.get(platform).endpoints();
    }

    /** Adds an account, or gives a known one these tokens. Complete as returned. */
    public Account add(Account account) {
        return platforms.save(account);
    }

    /** All accounts with their newest tokens. */
    public List<Account> accounts() {
        return platforms
                .all()
                .<Account>flatMap(platform -> platform.accounts().stream())
                .toList();
    }

    /** From now on the access token of the account is expired. */
    public void expireToken(Platform platform, String accountId) {
        platforms.get(platform).expireToken(accountId);
    }

    /** From now on all tokens of the account are dead. */
    public void revokeTokens(Platform platform, String accountId) {
        platforms.get(platform).revokeTokens(accountId);
    }

    /** Makes calls fail. */
    public ActiveFailure inject(Failure failure) {
        var endpoints = platforms.get(failure.platform()).endpoints();
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

    /** Everything that was really published, in that order; without comments. */
    public List<Publication> posts() {
        return publications.all().stream()
                .filter(publication -> publication.kind() != Kind.COMMENT)
                .toList();
    }

    public List<Publication> posts(Platform platform) {
        return posts().stream().filter(post -> post.platform().equals(platform)).toList();
    }

    /** The comments that were really made, in that order. */
    public List<Publication> comments(Platform platform) {
        return comments().stream()
                .filter(comment -> comment.platform().equals(platform))
                .toList();
    }

    List<Publication> comments() {
        return publications.all().stream()
                .filter(publication -> publication.kind() == Kind.COMMENT)
                .toList();
    }

    public Report report() {
        var report = new LinkedHashMap<String, Numbers>();
        platforms
                .all()
                .forEach(platform -> report.put(
                        platform.id().id(),
                        Numbers.of(publications.counts(platform.id()), calls.counts(platform.id()), platform.tally())));
        return new Report(report);
    }

    /** The latest calls, after the one with this sequence number; 0 for all that are still known. */
    public List<CallLog.Call> calls(long since) {
        return calls.since(since);
    }

    /** The settings that all networks have. */
    public Settings settings() {
        return settings.get();
    }

    /** The settings of one network. */
    public <S extends Record> S settings(Class<S> type) {
        return settings.get(type);
    }

    /** Changes one setting, by its name in {@link Settings} or in the settings of a network. */
    public void set(String name, Object value) {
        settings.change(Json.object().set(name, Json.MAPPER.valueToTree(value)));
    }

    /** Performs the handshake with the receiver, and registers it if that succeeds. Waits for it. */
    public Handshake registerWebhook(Platform platform, URI callbackUrl) {
        return await(webhooks.register(platform, callbackUrl));
    }

    /** Sends an event to the registered receiver, signed as the network does. Waits for its answer. */
    public Receipt deliver(Platform platform, Delivery delivery) {
        return await(webhooks.deliver(platform, delivery));
    }

    Platforms known() {
        return platforms;
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
