package io.broadside.runtime.http;

import io.broadside.events.ApiCall;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down every call: one line in the log, one event in the journal, one measurement. */
final class CallRecorder {

    private static final Logger LOGGER = LoggerFactory.getLogger(PlatformHttp.class);

    private static final List<String> RATE_HEADERS = List.of(
            "x-rate-limit",
            "x-app-limit",
            "x-user-limit",
            "x-app-usage",
            "x-business-use-case-usage",
            "x-page-usage",
            "retry-after",
            "ratelimit");

    /** What platforms' codes need, and no more than a line of a log bears. */
    private static final int LONGEST_CODE = 64;

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(20)
    };

    private final CallJournal journal;
    private final MeterRegistry meters;

    /** The registry finds them too, but only with all of a timer's description made anew for every call. */
    private final Map<Timed, Timer> timers = new ConcurrentHashMap<>();

    /** Calls that are measured together. */
    private record Timed(String platform, String endpoint, String outcome) {}

    CallRecorder(CallJournal journal, MeterRegistry meters) {
        this.journal = journal;
        this.meters = meters;
    }

    /** Never throws because of the journal or the code reader: what came of the call must reach the caller. */
    void record(Call call, CallContext context, Instant startedAt, Duration took, Reply reply) {
        var code = reply instanceof Answer answer ? codeOf(call, answer) : Optional.<String>empty();
        log(call, context, took, reply, code);
        measure(call, took, reply);
        try {
            journal.record(event(call, context, startedAt, took, reply, code));
        } catch (RuntimeException e) {
            LOGGER.atWarn()
                    .addKeyValue("platform", call.platform())
                    .addKeyValue("traceId", context.trace().traceId())
                    .setCause(e)
                    .log("call not written to the journal");
        }
    }

    private static Optional<String> codeOf(Call call, Answer answer) {
        try {
            return call.codeReader().codeOf(answer).map(CallRecorder::brief);
        } catch (RuntimeException e) {
            // Without its message: that may quote the answer.
            LOGGER.atDebug()
                    .addKeyValue("endpoint", call.endpoint())
                    .addKeyValue("failure", e.getClass().getSimpleName())
                    .log("answer without a readable code");
            return Optional.empty();
        }
    }

    private static String brief(String code) {
        var clean = code.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .limit(LONGEST_CODE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        return clean.toString();
    }

    private static void log(Call call, CallContext context, Duration took, Reply reply, Optional<String> code) {
        var line = LOGGER.atInfo()
                .addKeyValue("platform", call.platform())
                .addKeyValue("endpoint", call.endpoint())
                .addKeyValue("method", call.method())
                .addKeyValue("host", call.host());
        line = switch (reply) {
            case Answer answer -> line.addKeyValue("status", answer.status());
            case NoAnswer(var cause, var maybeSent) ->
                line.addKeyValue("errorCode", cause).addKeyValue("maybeSent", maybeSent);
        };
        if (code.isPresent()) {
            line = line.addKeyValue("platformCode", code.get());
        }
        line = line.addKeyValue("durationMs", took.toMillis()).addKeyValue("connectionId", context.connectionId());
        if (context.commandId().isPresent()) {
            line = line.addKeyValue("commandId", context.commandId().get());
        }
        line.addKeyValue("attempt", context.attempt())
                .addKeyValue("traceId", context.trace().traceId())
                .log("platform call");
    }

    private void measure(Call call, Duration took, Reply reply) {
        timers.computeIfAbsent(new Timed(call.platform(), call.endpoint(), outcome(reply)), this::timer)
                .record(took);
    }

    private Timer timer(Timed calls) {
        return Timer.builder("broadside.platform.calls")
                .description("Calls to platforms, by what came of them")
                .tags("platform", calls.platform(), "endpoint", calls.endpoint(), "outcome", calls.outcome())
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    private static String outcome(Reply reply) {
        return switch (reply) {
            case Answer answer when answer.status() == 429 -> "429";
            case Answer answer -> answer.status() / 100 + "xx";
            case NoAnswer _ -> "no-answer";
        };
    }

    private static ApiCall event(
            Call call, CallContext context, Instant startedAt, Duration took, Reply reply, Optional<String> code) {
        var event = ApiCall.newBuilder()
                .setConnectionId(context.connectionId())
                .setPlatform(call.platform())
                .setEndpoint(call.endpoint())
                .setMethod(call.method().name())
                .setHost(call.host())
                .setPath(call.path())
                .setStartedAt(startedAt)
                .setDurationMs(took.toMillis())
                .setAttempt(context.attempt())
                .setTraceId(context.trace().traceId())
                .setRateHeaders(Map.of());
        context.requestId().ifPresent(event::setRequestId);
        context.commandId().ifPresent(event::setCommandId);
        context.tokenVersion().ifPresent(event::setTokenVersion);
        code.ifPresent(event::setPlatformCode);
        switch (reply) {
            case Answer answer -> event.setStatus(answer.status()).setRateHeaders(rateHeaders(answer));
            case NoAnswer none -> event.setFailure(none.cause().name());
        }
        return event.build();
    }

    private static Map<String, String> rateHeaders(Answer answer) {
        var kept = new TreeMap<String, String>();
        answer.headers().forEach((name, value) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (RATE_HEADERS.stream().anyMatch(lower::startsWith)) {
                kept.put(lower, value);
            }
        });
        return kept;
    }
}
