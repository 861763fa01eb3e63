package io.broadside.simulator.x;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.x.XState.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** The paths of the X API v2: https://docs.x.com/x-api. */
final class XApi implements Api {
    /** Names of the endpoints in failures and reports; {@code media.processing} goes on behind the calls. */
    static final List<String> ENDPOINTS = List.of(
            "tweets.create",
            "tweets.read",
            "tweets.delete",
            "users.me",
            "users.tweets",
            "media.upload",
            "media.initialize",
            "media.append",
            "media.finalize",
            "media.status",
            "media.processing",
            "media.metadata",
            "oauth2.authorize",
            "oauth2.token",
            "oauth2.revoke",
            "unknown");

    private static final String CREATE = "tweets.create";
    private static final String WHOLE_APP = "";
    private static final int DEFAULT_RETRY_SECONDS = 60;

    private final Clock clock;
    private final Supplier<XSettings> settings;
    private final XState state;
    private final XAccounts accounts;
    private final XTweets tweets;
    private final XTimeline timeline;
    private final XMedia media;
    private final XUploads uploads;
    private final XOAuth oauth;

    private final RateWindows windows = new RateWindows(Duration.ofMinutes(15));
    private final RateWindows days = new RateWindows(Duration.ofDays(1));
    private final LongAdder duplicatesRefused = new LongAdder();

    XApi(Foundation foundation, XState state, XAccounts accounts, App app) {
        this.clock = foundation.clock();
        this.settings = foundation.settings().declare(XSettings.DEFAULTS);
        this.state = state;
        this.accounts = accounts;
        var views = new XViews(state);
        this.tweets = new XTweets(clock, state, foundation.settings(), views, duplicatesRefused);
        this.timeline = new XTimeline(clock, state, foundation.settings(), views);
        this.media = new XMedia(clock, state);
        this.uploads = new XUploads(foundation, state, settings);
        this.oauth = new XOAuth(clock, state, settings, app);
    }

    @Override
    public Platform platform() {
        return Platform.X;
    }

    @Override
    public Operation operation(Request request) {
        var path = String.join("/", request.path());
        return switch (request.method() + " " + path) {
            case "POST 2/tweets" ->
                asUser(CREATE, request, XSettings::xPostsPer15Minutes, user -> tweets.create(user, request));
            case "GET 2/users/me" ->
                asUser("users.me", request, XSettings::xMePer15Minutes, user -> timeline.me(user, request));
            case "POST 2/media/upload" ->
                asUser("media.upload", request, XSettings::xMediaPer15Minutes, user -> media.upload(user, request));
            case "GET 2/media/upload" ->
                asUser("media.status", request, XSettings::xUploadsPer15Minutes, user -> uploads.status(user, request));
            case "POST 2/media/upload/initialize" ->
                asUser(
                        "media.initialize",
                        request,
                        XSettings::xUploadsPer15Minutes,
                        user -> uploads.initialize(user, request));
            case "POST 2/media/metadata" ->
                asUser("media.metadata", request, XSettings::xMediaPer15Minutes, user -> media.describe(user, request));
            case "POST 2/oauth2/token" -> asClient("oauth2.token", request, () -> oauth.token(request));
            case "POST 2/oauth2/revoke" -> asClient("oauth2.revoke", request, () -> oauth.revoke(request));
            case "GET i/oauth2/authorize" -> asClient("oauth2.authorize", request, () -> oauth.authorize(request));
            default -> withId(request);
        };
    }

    private Operation withId(Request request) {
        var path = request.path();
        if (request.method().equals("POST")
                && path.size() == 5
                && path.subList(0, 3).equals(List.of("2", "media", "upload"))) {
            var id = path.get(3);
            switch (path.get(4)) {
                case "append" -> {
                    return asUser(
                            "media.append",
                            request,
                            XSettings::xUploadsPer15Minutes,
                            user -> uploads.append(user, id, request));
                }
                case "finalize" -> {
                    return asUser(
                            "media.finalize",
                            request,
                            XSettings::xUploadsPer15Minutes,
                            user -> uploads.complete(user, id));
                }
                default -> {
                    // Not a path of uploads, and no other either.
                }
            }
        }
        if (path.size() == 3 && path.get(0).equals("2") && path.get(1).equals("tweets")) {
            var id = path.get(2);
            if (request.method().equals("GET")) {
                return asUser("tweets.read", request, XSettings::xReadsPer15Minutes, _ -> timeline.tweet(id, request));
            }
            if (request.method().equals("DELETE")) {
                return asUser(
                        "tweets.delete", request, XSettings::xDeletesPer15Minutes, user -> tweets.delete(user, id));
            }
        }
        if (request.method().equals("GET")
                && path.size() == 4
                && path.get(0).equals("2")
                && path.get(1).equals("users")
                && path.get(3).equals("tweets")) {
            return asUser(
                    "users.tweets", request, XSettings::xReadsPer15Minutes, _ -> timeline.of(path.get(2), request));
        }
        return Operation.now("unknown", caller(request).map(XTokens.Access::userId), XApi::noSuchPath);
    }

    @Override
    public Reply injected(Failure failure, Request request, Operation operation) {
        var isOAuth = operation.endpoint().startsWith("oauth2.");
        return switch (failure.kind()) {
            case RATE_LIMITED -> withStatus(failure, XProblem.tooManyRequests());
            case RATE_LIMITED_WITH_RETRY_AFTER -> {
                int seconds = failure.seconds().orElse(DEFAULT_RETRY_SECONDS);
                var reset = clock.instant().plusSeconds(seconds);
                yield withStatus(failure, XProblem.tooManyRequests())
                        .with(rateHeaders(settings.get().xPostsPer15Minutes(), 0, reset))
                        .with("Retry-After", Integer.toString(seconds));
            }
            case SERVER_ERROR_BEFORE_EFFECT, SERVER_ERROR_AFTER_EFFECT ->
                XProblem.serverError(failure.status().orElse(500));
            case REFUSED_BEFORE_EFFECT, REFUSED_AFTER_EFFECT ->
                XProblem.coded(failure.status().orElse(403), failure.code().orElse("client-forbidden"));
            case ERROR_IN_SUCCESS_BEFORE_EFFECT, ERROR_IN_SUCCESS_AFTER_EFFECT ->
                XProblem.errorsOnly(failure.code().orElse("client-forbidden"));
            case TOKEN_EXPIRED -> {
                request.bearer()
                        .flatMap(state.tokens()::access)
                        .ifPresent(_ -> state.commit(
                                new XChange.AccessTokenExpired(request.bearer().orElseThrow())));
                yield isOAuth ? XProblem.invalidToken() : XProblem.unauthorized();
            }
            case TOKEN_REVOKED -> {
                caller(request).ifPresent(access -> accounts.revokeFamily(access.family()));
                oauth.presented(request).ifPresent(refresh -> accounts.revokeFamily(refresh.family()));
                yield isOAuth ? XProblem.invalidToken() : XProblem.unauthorized();
            }
            case PERMISSION_MISSING -> XProblem.notPermitted();
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
        var tokens = state.tokens();
        return new Tally(
                duplicatesRefused.sum(), tokens.refreshes(), tokens.reuses(), tokens.familiesRevoked(), Map.of());
    }

    private Operation asClient(String endpoint, Request request, Supplier<Reply> handler) {
        return Operation.now(endpoint, oauth.presented(request).map(XTokens.Refresh::userId), () -> refusable(handler));
    }

    private Operation asUser(
            String endpoint, Request request, ToIntFunction<XSettings> limit, Function<User, Reply> handler) {
        return Operation.now(endpoint, caller(request).map(XTokens.Access::userId), () -> {
            var now = clock.instant();
            var user = caller(request)
                    .filter(access -> !access.isExpired(now) && !state.tokens().isRevoked(access.family()))
                    .flatMap(access -> state.user(access.userId()));
            return user.map(present -> limited(endpoint, present, limit.applyAsInt(settings.get()), now, handler))
                    .orElseGet(XProblem::unauthorized);
        });
    }

    private Reply limited(String endpoint, User user, int limit, Instant now, Function<User, Reply> handler) {
        var taken = windows.take(user.account().id(), endpoint, limit, now);
        var ofDay = endpoint.equals(CREATE) && taken.allowed()
                ? Optional.of(days.take(WHOLE_APP, endpoint, settings.get().xPostsPerAppDay(), now))
                : Optional.<RateWindows.Taken>empty();
        var isAllowed = taken.allowed() && ofDay.map(RateWindows.Taken::allowed).orElse(true);
        var reply = isAllowed ? refusable(() -> handler.apply(user)) : XProblem.tooManyRequests();
        return reply.with(rateHeaders(taken.limit(), taken.remaining(), taken.reset()))
                .with(ofDay.map(XApi::dayHeaders).orElse(Map.of()))
                .with("api-version", "2.168");
    }

    private static Map<String, String> dayHeaders(RateWindows.Taken day) {
        return headers("x-app-limit-24hour-", day.limit(), day.remaining(), day.reset());
    }

    private static Reply refusable(Supplier<Reply> handler) {
        try {
            return handler.get();
        } catch (Refusal refusal) {
            return refusal.reply();
        }
    }

    private Optional<XTokens.Access> caller(Request request) {
        return request.bearer().flatMap(state.tokens()::access);
    }

    /** The reset is the first whole second at which it is over: who goes by it is never too early. */
    private static Map<String, String> rateHeaders(int limit, int remaining, Instant reset) {
        return headers("x-rate-limit-", limit, remaining, reset);
    }

    private static Map<String, String> headers(String prefix, int limit, int remaining, Instant reset) {
        return Map.of(
                prefix + "limit",
                Integer.toString(limit),
                prefix + "remaining",
                Integer.toString(remaining),
                prefix + "reset",
                Long.toString(reset.plusNanos(999_999_999).getEpochSecond()));
    }

    private static Reply withStatus(Failure failure, Reply reply) {
        return new Reply(failure.status().orElse(reply.status()), reply.headers(), reply.body());
    }

    // The documented paths sometimes answer an empty 404 as well: clients must not expect JSON.
    private static Reply noSuchPath() {
        return XProblem.of(404, "Not Found", "Not Found");
    }
}
