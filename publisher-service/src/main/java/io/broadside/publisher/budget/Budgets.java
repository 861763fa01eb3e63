package io.broadside.publisher.budget;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Quotas;
import io.broadside.publisher.platform.Quotas.Holder;
import io.broadside.publisher.platform.Quotas.Need;
import io.broadside.publisher.platform.Quotas.Reading;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.CallListener;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The budgets of calls of every app, connection and group of endpoints. Safe for use by many threads; nothing here blocks.
 *
 * <ol>
 *   <li>What answers say of limits is heard at every call, and holds for the next one.
 *   <li>Beyond {@link BudgetConfig#throttleAt} only urgent commands are let through: those that were scheduled and are due,
 *       those that are half done, and those that have waited for a day. Beyond the limit, none.
 *   <li>Calls under way count as made, so that callers at the same time cannot overdraw a budget together.
 *   <li>A refusal stops all calls that it is about, until the time the platform named: calls made meanwhile would prolong it.
 *   <li>Of what is the app's, an instance uses the part that corresponds to the partitions it owns. What a connection has is
 *       wholly of the instance that owns its partition.
 * </ol>
 *
 * <p>It is kept in memory. A new owner knows what is documented, and learns the rest from the first answer.
 */
public final class Budgets implements CallListener {

    /** After this long a command is as urgent as one that was scheduled: nothing waits for ever behind others. */
    static final Duration PATIENCE = Duration.ofDays(1);

    /** Where a platform refuses and names no time. */
    static final Duration UNNAMED = Duration.ofMinutes(1);

    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final int UNAUTHORIZED = 401;

    private final BudgetConfig config;
    private final Map<String, Quotas> quotas;
    private final Function<String, Optional<String>> accountOf;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Map<Key, Budget> budgets = new ConcurrentHashMap<>();
    private final Map<String, Double> shares = new ConcurrentHashMap<>();
    private final AtomicReference<Instant> nextSweep = new AtomicReference<>(Instant.MIN);

    /** @param connectionId empty text for the app */
    private record Key(String platform, String connectionId, String group) {}

    /** @param accountOf the platform's id of a connection's account, if that is known */
    public Budgets(
            BudgetConfig config,
            List<Quotas> quotas,
            Function<String, Optional<String>> accountOf,
            MeterRegistry meters,
            Clock clock) {
        this.config = config;
        this.accountOf = accountOf;
        this.quotas = quotas.stream().collect(Collectors.toUnmodifiableMap(Quotas::platform, Function.identity()));
        this.meters = meters;
        this.clock = clock;
    }

    /** What came of asking for calls. */
    public sealed interface Permission {

        /** They may be made; to be closed when they have ended. */
        record Granted(Ticket ticket) implements Permission {}

        /** They must wait. Nothing was taken. */
        record Refused(Held held) implements Permission {}
    }

    /** Calls that are under way. Closing it again changes nothing. */
    public static final class Ticket implements AutoCloseable {

        private final AtomicReference<Runnable> giveBack;

        private Ticket(Runnable giveBack) {
            this.giveBack = new AtomicReference<>(giveBack);
        }

        @Override
        public void close() {
            giveBack.getAndSet(() -> {}).run();
        }
    }

    /** Whether publishing this command has to wait, as things stand. Takes nothing. */
    public Optional<Held> hold(PublishCommand command) {
        return hold(command.getPlatform(), needs(command), isUrgent(command, clock.instant()));
    }

    /** Whether looking for this command has to wait: only blocks hold it up. */
    public Optional<Held> holdLook(PublishCommand command) {
        return hold(command.getPlatform(), blocks(command), true);
    }

    /** Takes the calls that publishing this command goes on with, all of them or none. */
    public Permission take(PublishCommand command) {
        var now = clock.instant();
        sweep(now);
        var isUrgent = isUrgent(command, now);
        var taken = new LinkedHashMap<Key, Integer>();
        for (var need : needs(command).entrySet()) {
            var held = take(need.getKey(), need.getValue(), isUrgent);
            if (held.isPresent()) {
                taken.forEach(this::giveBack);
                tellHeld(command.getPlatform());
                return new Permission.Refused(held.get());
            }
            taken.put(need.getKey(), need.getValue());
        }
        return new Permission.Granted(new Ticket(() -> taken.forEach(this::giveBack)));
    }

    /** A platform refused a call for this command, to this extent and until this time. */
    public void refused(PublishCommand command, Scope scope, Optional<Instant> until, Cause cause) {
        block(refused(command, scope), refusal(command, until, cause));
    }

    /**
     * A platform refused to be asked what became of this command. Which group of endpoints that was is not known here: of
     * those that only look, no budget is kept, so there the command alone waits.
     *
     * @return until when it has to wait
     */
    public Held refusedLook(PublishCommand command, Scope scope, Optional<Instant> until, Cause cause) {
        var held = refusal(command, until, cause);
        if (scope == Scope.APP || scope == Scope.ACCOUNT) {
            block(refused(command, scope), held);
        }
        return holdLook(command).map(held::later).orElse(held);
    }

    private Held refusal(PublishCommand command, Optional<Instant> until, Cause cause) {
        var now = clock.instant();
        return new Held(
                until.filter(now::isBefore).orElseGet(() -> now.plus(UNNAMED)),
                of(command.getPlatform()).title() + " refused a call before (" + withoutStop(cause.detail()) + ")");
    }

    private void block(List<Key> keys, Held held) {
        for (var key : keys) {
            budgets.compute(key, (_, found) -> {
                var budget = found == null ? newBudget(key) : found;
                budget.blocked(held);
                return budget;
            });
        }
    }

    /** Tells which part of a platform's partitions is owned here. */
    public void share(String platform, double share) {
        shares.put(platform, Math.clamp(share, 0.0, 1.0));
    }

    @Override
    public void ended(Call call, CallContext context, Reply reply) {
        switch (reply) {
            case Answer answer -> {
                var account = accountOf.apply(context.connectionId()).orElse("");
                var readings = of(call.platform()).readings(call.endpoint(), account, answer, clock.instant());
                // Whose token was refused, nothing can be counted for; unless the platform says that it does.
                if (answer.status() != UNAUTHORIZED || !readings.isEmpty()) {
                    counted(call, context, readings);
                }
            }
            case NoAnswer none when none.maybeSent() -> counted(call, context, List.of());
            case NoAnswer _ -> {}
        }
    }

    /** How many budgets are kept. */
    int size() {
        return budgets.size();
    }

    private void counted(Call call, CallContext context, List<Reading> readings) {
        var group = of(call.platform()).groupOf(call.endpoint());
        for (var holder : Holder.values()) {
            var connectionId = holder == Holder.APP ? "" : context.connectionId();
            if (holder == Holder.ACCOUNT && connectionId.isEmpty()) {
                continue;
            }
            var byGroup = new LinkedHashMap<String, List<Reading>>();
            byGroup.put(group, new ArrayList<>());
            readings.stream()
                    .filter(reading -> reading.holder() == holder)
                    .forEach(reading -> byGroup.computeIfAbsent(reading.group(), _ -> new ArrayList<>())
                            .add(reading));
            byGroup.forEach((of, told) -> {
                var key = new Key(call.platform(), connectionId, of);
                budgets.compute(key, (_, found) -> counted(key, found, told));
            });
        }
    }

    /** The budget with one more call in it; none where there is nothing to count for. */
    private @Nullable Budget counted(Key key, @Nullable Budget found, List<Reading> told) {
        if (found == null && told.isEmpty() && documented(key).isEmpty()) {
            return null;
        }
        var budget = found == null ? newBudget(key) : found;
        budget.counted(told, clock.instant());
        return budget;
    }

    private Optional<Held> hold(String platform, Map<Key, Integer> needs, boolean isUrgent) {
        var held = needs.entrySet().stream()
                .map(need -> ask(need.getKey(), need.getValue(), isUrgent))
                .flatMap(Optional::stream)
                .reduce(Held::later);
        held.ifPresent(_ -> tellHeld(platform));
        return held;
    }

    private Optional<Held> ask(Key key, int calls, boolean isUrgent) {
        var held = new ArrayList<Held>(1);
        budgets.computeIfPresent(key, (_, budget) -> {
            budget.ask(asking(key, calls, isUrgent), clock.instant()).ifPresent(held::add);
            return budget;
        });
        return held.stream().findFirst();
    }

    private Optional<Held> take(Key key, int calls, boolean isUrgent) {
        var held = new ArrayList<Held>(1);
        budgets.compute(key, (_, found) -> {
            var budget = found == null ? newBudget(key) : found;
            // The time is read under the lock: one that is older than what another thread has seen would undo it.
            budget.ask(asking(key, calls, isUrgent), clock.instant())
                    .ifPresentOrElse(held::add, () -> budget.take(calls));
            return budget;
        });
        return held.stream().findFirst();
    }

    private void giveBack(Key key, int calls) {
        budgets.computeIfPresent(key, (_, budget) -> {
            budget.ended(calls);
            return budget;
        });
    }

    private Asking asking(Key key, int calls, boolean isUrgent) {
        var share = key.connectionId().isEmpty() ? shares.getOrDefault(key.platform(), 1.0) : 1.0;
        return new Asking(calls, isUrgent, config.throttleAt(), share);
    }

    /** What a command's next step takes, and from which budgets. */
    private Map<Key, Integer> needs(PublishCommand command) {
        var needs = blocks(command);
        for (var need : of(command.getPlatform()).next(command)) {
            for (var holder : List.of(command.getConnectionId(), "")) {
                needs.merge(new Key(command.getPlatform(), holder, need.group()), need.calls(), Integer::sum);
            }
        }
        return needs;
    }

    /** The budgets of everything, from which nothing is taken by this. */
    private static Map<Key, Integer> blocks(PublishCommand command) {
        var blocks = new LinkedHashMap<Key, Integer>();
        blocks.put(new Key(command.getPlatform(), command.getConnectionId(), Quotas.EVERYTHING), 0);
        blocks.put(new Key(command.getPlatform(), "", Quotas.EVERYTHING), 0);
        return blocks;
    }

    private List<Key> refused(PublishCommand command, Scope scope) {
        return switch (scope) {
            case APP -> List.of(new Key(command.getPlatform(), "", Quotas.EVERYTHING));
            case ACCOUNT -> List.of(new Key(command.getPlatform(), command.getConnectionId(), Quotas.EVERYTHING));
            // A group that is not known is not held for everybody: the others will be told themselves.
            case APP_ENDPOINT -> {
                var groups = of(command.getPlatform()).next(command).stream()
                        .map(need -> new Key(command.getPlatform(), "", need.group()))
                        .distinct()
                        .toList();
                yield groups.isEmpty() ? refused(command, Scope.ACCOUNT) : groups;
            }
            case ENDPOINT ->
                groups(command).stream()
                        .map(group -> new Key(command.getPlatform(), command.getConnectionId(), group))
                        .toList();
        };
    }

    /** Where it is not known what is called, it may be anything. */
    private List<String> groups(PublishCommand command) {
        var groups = of(command.getPlatform()).next(command).stream()
                .map(Need::group)
                .distinct()
                .toList();
        return groups.isEmpty() ? List.of(Quotas.EVERYTHING) : groups;
    }

    private Budget newBudget(Key key) {
        var platform = of(key.platform());
        return new Budget(
                platform.title(),
                key.connectionId().isEmpty() ? "for this app" : "for this account",
                platform.nameOf(key.group()),
                documented(key));
    }

    private List<Quotas.Documented> documented(Key key) {
        var holder = key.connectionId().isEmpty() ? Holder.APP : Holder.ACCOUNT;
        return of(key.platform()).documented().stream()
                .filter(limit -> limit.holder() == holder && limit.group().equals(key.group()))
                .toList();
    }

    private Quotas of(String platform) {
        var found = quotas.get(platform);
        return found == null ? Quotas.none(platform) : found;
    }

    /** A time that had come when the request was accepted is none: all posts of a sender who always gives one would be urgent. */
    private static boolean isUrgent(PublishCommand command, Instant now) {
        return command.getPublishAt()
                        .filter(at -> at.isAfter(command.getAcceptedAt()))
                        .isPresent()
                || command.getCheckpoint().isPresent()
                || command.getAcceptedAt().plus(PATIENCE).isBefore(now);
    }

    private void tellHeld(String platform) {
        Counter.builder("broadside.budget.held")
                .description("Times that a command was told to wait for its budget of calls")
                .tag("platform", platform)
                .register(meters)
                .increment();
    }

    /** Forgets what says nothing any more, now and then. */
    private void sweep(Instant now) {
        var due = nextSweep.get();
        if (now.isBefore(due) || !nextSweep.compareAndSet(due, now.plus(SWEEP))) {
            return;
        }
        for (var key : budgets.keySet()) {
            budgets.computeIfPresent(key, (_, budget) -> kept(budget, now));
        }
    }

    private static @Nullable Budget kept(Budget budget, Instant now) {
        return budget.isIdle(now) ? null : budget;
    }

    private static String withoutStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
