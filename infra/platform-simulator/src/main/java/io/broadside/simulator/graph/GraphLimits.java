package io.broadside.simulator.graph;

import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Reply;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Calls of one account per hour, and the headers that tell about them in percent.
 *
 * <p>https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
public final class GraphLimits {
    private static final String APP_USAGE = "X-App-Usage";
    private static final String BUSINESS_USAGE = "X-Business-Use-Case-Usage";

    private final Clock clock;
    private final String useCase;
    private final IntSupplier callsPerHour;
    private final IntFunction<Reply> refusal;
    private final RateWindows windows = new RateWindows(Duration.ofHours(1));

    /**
     * The limit of one network.
     *
     * @param useCase {@code pages} or {@code instagram}
     * @param callsPerHour 0 for no limit
     * @param refusal what is answered beyond it, with which HTTP status
     */
    public GraphLimits(Clock clock, String useCase, IntSupplier callsPerHour, IntFunction<Reply> refusal) {
        this.clock = clock;
        this.useCase = useCase;
        this.callsPerHour = callsPerHour;
        this.refusal = refusal;
    }

    /** Makes the call if there is one left, and adds the headers to its answer. */
    public Future<Reply> take(Optional<String> account, Supplier<Future<Reply>> call) {
        int limit = callsPerHour.getAsInt();
        if (limit == 0 || account.isEmpty()) {
            return call.get().map(reply -> reply.with(APP_USAGE, appUsage(1)));
        }
        var now = clock.instant();
        var taken = windows.take(account.get(), "all", limit, now);
        int percent = (int) Math.min(100, 100L * (limit - taken.remaining()) / limit);
        long minutes = Math.ceilDiv(Duration.between(now, taken.reset()).toSeconds(), 60L);
        var reply = taken.allowed() ? call.get() : Future.succeededFuture(refusal.apply(400));
        return reply.map(answer -> answer.with(APP_USAGE, appUsage(percent))
                .with(BUSINESS_USAGE, usage(account.get(), percent, taken.allowed() ? 0 : minutes)));
    }

    /** Beyond the limit, without a time to come back. */
    public Reply refusal(int status) {
        return refusal.apply(status);
    }

    /** Beyond the limit for so long: in minutes in the header, or with 429 in seconds in {@code Retry-After}. */
    public Reply refusal(int status, Optional<String> account, int seconds) {
        var refused = refusal.apply(status);
        // Not both: rounded up to minutes, the usage would name a longer time than Retry-After.
        return status == 429
                ? refused.with("Retry-After", Integer.toString(seconds))
                : refused.with(BUSINESS_USAGE, usage(account.orElse("0"), 100, Math.ceilDiv(seconds, 60)));
    }

    private static String appUsage(int percent) {
        return "{\"call_count\":" + percent + ",\"total_time\":" + percent + ",\"total_cputime\":" + percent + "}";
    }

    /** The time is in minutes. */
    private String usage(String account, int percent, long minutes) {
        var usage = Json.object();
        usage.putArray(account)
                .addObject()
                .put("type", useCase)
                .put("call_count", percent)
                .put("total_cputime", 20)
                .put("total_time", 20)
                .put("estimated_time_to_regain_access", minutes);
        return usage.toString();
    }
}
