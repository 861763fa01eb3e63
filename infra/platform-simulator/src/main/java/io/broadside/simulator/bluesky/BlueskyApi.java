package io.broadside.simulator.bluesky;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.bluesky.BlueskyState.Repo;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Tally;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The paths of a server: https://atproto.com/specs/xrpc. Endpoints have the names of the protocol. */
final class BlueskyApi implements Api {
    private static final String PUT = "com.atproto.repo.putRecord";
    private static final String CREATE = "com.atproto.repo.createRecord";
    private static final String DELETE = "com.atproto.repo.deleteRecord";
    private static final String GET = "com.atproto.repo.getRecord";
    private static final String LIST = "com.atproto.repo.listRecords";
    private static final String UPLOAD = "com.atproto.repo.uploadBlob";
    private static final String RESOLVE = "com.atproto.identity.resolveHandle";
    private static final String CREATE_SESSION = "com.atproto.server.createSession";
    private static final String REFRESH_SESSION = "com.atproto.server.refreshSession";
    private static final String DELETE_SESSION = "com.atproto.server.deleteSession";
    private static final String GET_SESSION = "com.atproto.server.getSession";
    private static final String UNKNOWN = "unknown";

    /** Names of the endpoints in failures and reports. */
    static final List<String> ENDPOINTS = List.of(
            PUT,
            CREATE,
            DELETE,
            GET,
            LIST,
            UPLOAD,
            RESOLVE,
            CREATE_SESSION,
            REFRESH_SESSION,
            DELETE_SESSION,
            GET_SESSION,
            UNKNOWN);

    private static final int DEFAULT_RETRY_SECONDS = 60;

    private final Clock clock;
    private final Supplier<BlueskySettings> settings;
    private final BlueskyState state;
    private final BlueskyRecords records;
    private final BlueskySessions sessions;
    private final RateWindows hours = new RateWindows(Duration.ofHours(1));

    BlueskyApi(Foundation foundation, BlueskyState state) {
        this.clock = foundation.clock();
        this.settings = foundation.settings().declare(BlueskySettings.DEFAULTS);
        this.state = state;
        this.records = new BlueskyRecords(clock, state, settings);
        this.sessions = new BlueskySessions(clock, state, settings);
    }

    @Override
    public Platform platform() {
        return Platform.BLUESKY;
    }

    @Override
    public Operation operation(Request request) {
        var path = request.path();
        var method = path.size() == 2 && path.getFirst().equals("xrpc") ? path.get(1) : "";
        return switch (request.method() + " " + method) {
            case "POST " + PUT -> writing(PUT, 2, request, repo -> records.put(repo, request));
            case "POST " + CREATE -> writing(CREATE, 3, request, repo -> records.create(repo, request));
            case "POST " + DELETE -> writing(DELETE, 1, request, repo -> records.delete(repo, request));
            case "POST " + UPLOAD -> asAccount(UPLOAD, request, repo -> records.upload(repo, request));
            case "GET " + GET_SESSION -> asAccount(GET_SESSION, request, sessions::show);
            case "GET " + GET -> open(GET, request, () -> records.get(request));
            case "GET " + LIST -> open(LIST, request, () -> records.list(request));
            case "GET " + RESOLVE -> open(RESOLVE, request, () -> sessions.resolve(request));
            case "POST " + CREATE_SESSION -> open(CREATE_SESSION, request, () -> sessions.create(request));
            case "POST " + REFRESH_SESSION -> open(REFRESH_SESSION, request, () -> sessions.refresh(request));
            case "POST " + DELETE_SESSION -> open(DELETE_SESSION, request, () -> sessions.delete(request));
            default ->
                open(UNKNOWN, request, () -> BlueskyError.of(501, "MethodNotImplemented", "Method Not Implemented"));
        };
    }

    @Override
    public Reply injected(Failure failure, Request request, Operation operation) {
        return switch (failure.kind()) {
            case RATE_LIMITED -> withStatus(failure, BlueskyError.rateLimited());
            case RATE_LIMITED_WITH_RETRY_AFTER -> {
                int seconds = failure.seconds().orElse(DEFAULT_RETRY_SECONDS);
                var reset = clock.instant().plusSeconds(seconds);
                yield withStatus(failure, BlueskyError.rateLimited())
                        .with(rateHeaders(settings.get().blueskyPointsPerHour(), 0, reset))
                        .with("Retry-After", Integer.toString(seconds));
            }
            case SERVER_ERROR_BEFORE_EFFECT, SERVER_ERROR_AFTER_EFFECT ->
                BlueskyError.serverError(failure.status().orElse(500));
            case REFUSED_BEFORE_EFFECT, REFUSED_AFTER_EFFECT ->
                BlueskyError.of(failure.status().orElse(400), failure.code().orElse("InvalidRequest"), "refused");
            case ERROR_IN_SUCCESS_BEFORE_EFFECT, ERROR_IN_SUCCESS_AFTER_EFFECT ->
                Reply.json(200, Json.object().put("error", failure.code().orElse("InternalServerError")));
            case TOKEN_EXPIRED -> {
                request.bearer()
                        .filter(token -> state.access(token).isPresent())
                        .ifPresent(token -> state.commit(new BlueskyChange.AccessTokenExpired(token)));
                yield BlueskyError.expired();
            }
            case TOKEN_REVOKED -> {
                sessions.caller(request)
                        .ifPresent(repo -> state.commit(
                                new BlueskyChange.SessionsEnded(repo.account().id())));
                yield BlueskyError.revoked();
            }
            case PERMISSION_MISSING -> BlueskyError.of(403, "ScopeMissingError", "Missing required scope");
            case CUT_BEFORE_EFFECT,
                    CUT_AFTER_EFFECT,
                    SLOW,
                    HANG,
                    HANG_AFTER_EFFECT,
                    OUTAGE_PAGE,
                    EMPTY_SUCCESS_AFTER_EFFECT ->
                throw new IllegalStateException("no answer belongs to " + failure.kind());
        };
    }

    Tally tally() {
        return new Tally(0, state.refreshes(), state.reuses(), state.ended(), Map.of());
    }

    private Operation open(String endpoint, Request request, Supplier<Reply> handler) {
        var account = request.bearer()
                .flatMap(token -> state.access(token)
                        .map(BlueskyState.Access::did)
                        .or(() -> state.refresh(token).map(BlueskyState.Refresh::did)));
        return Operation.now(endpoint, account, () -> refusable(handler));
    }

    private Operation asAccount(String endpoint, Request request, Function<Repo, Reply> handler) {
        return open(endpoint, request, () -> {
            if (request.bearer().isEmpty()) {
                return BlueskyError.of(401, "AuthMissing", "Authentication Required");
            }
            var access = request.bearer().flatMap(state::access);
            if (access.isEmpty()) {
                return BlueskyError.invalidToken();
            }
            if (access.get().isExpired(clock.instant())) {
                return BlueskyError.expired();
            }
            var repo = state.repo(access.get().did()).orElseThrow();
            return repo.isDown() ? BlueskyError.takenDown() : handler.apply(repo);
        });
    }

    /** What is done in vain costs as much. */
    private Operation writing(String endpoint, int points, Request request, Function<Repo, Reply> handler) {
        return asAccount(endpoint, request, repo -> {
            int limit = settings.get().blueskyPointsPerHour();
            var taken = hours.take(repo.account().id(), "points", limit, clock.instant());
            for (int i = 1; i < points; i++) {
                taken = hours.take(repo.account().id(), "points", limit, clock.instant());
            }
            var reply = taken.allowed() ? refusable(() -> handler.apply(repo)) : BlueskyError.rateLimited();
            return reply.with(rateHeaders(limit, taken.remaining(), taken.reset()));
        });
    }

    private static Reply refusable(Supplier<Reply> handler) {
        try {
            return handler.get();
        } catch (Refusal refusal) {
            return refusal.reply();
        }
    }

    /** The reset is the first whole second at which it is over: who goes by it is never too early. */
    private static Map<String, String> rateHeaders(int limit, int remaining, Instant reset) {
        return Map.of(
                "RateLimit-Limit",
                Integer.toString(limit),
                "RateLimit-Remaining",
                Integer.toString(remaining),
                "RateLimit-Reset",
                Long.toString(reset.plusNanos(999_999_999).getEpochSecond()),
                "RateLimit-Policy",
                limit + ";w=3600");
    }

    private static Reply withStatus(Failure failure, Reply reply) {
        return reply.withStatus(failure.status().orElse(reply.status()));
    }
}
