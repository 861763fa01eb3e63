package io.broadside.simulator.tiktok;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.tiktok.TikTokState.Creator;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The paths of TikTok's API v2: https://developers.tiktok.com/doc/content-posting-api-get-started. They end in a slash, and are
 * not there without it.
 */
final class TikTokApi implements Api {
    /** Names of the endpoints in failures and reports. */
    static final List<String> ENDPOINTS = List.of(
            "creator_info.query",
            "video.init",
            "inbox.video.init",
            "content.init",
            "upload",
            TikTokEndings.PROCESSING,
            "status.fetch",
            "publish.cancel",
            "video.list",
            "user.info",
            "oauth.authorize",
            "oauth.token",
            "oauth.revoke",
            "unknown");

    private static final String PUBLISH = "video.publish";
    private static final String UPLOAD = "video.upload";
    private static final int DEFAULT_RETRY_SECONDS = 60;

    private final Clock clock;
    private final Supplier<TikTokSettings> settings;
    private final TikTokState state;
    private final TikTokPosts posts;
    private final TikTokUploads uploads;
    private final TikTokReading reading;
    private final TikTokOAuth oauth;
    private final RateWindows windows = new RateWindows(Duration.ofMinutes(1));

    TikTokApi(Foundation foundation, TikTokState state, App app) {
        this.clock = foundation.clock();
        this.settings = foundation.settings().declare(TikTokSettings.DEFAULTS);
        this.state = state;
        var limits = new TikTokLimits(clock, state, settings);
        var endings = new TikTokEndings(foundation, state, settings);
        this.reading = new TikTokReading(foundation, state, settings, limits);
        this.posts = new TikTokPosts(foundation, state, settings, limits, endings, reading);
        this.uploads = new TikTokUploads(clock, state, endings);
        this.oauth = new TikTokOAuth(clock, state, settings, app);
    }

    @Override
    public Platform platform() {
        return Platform.TIKTOK;
    }

    @Override
    public Operation operation(Request request) {
        var path = String.join("/", request.path());
        return switch (request.method() + " " + path + (request.endsInSlash() ? "/" : "")) {
            case "POST v2/post/publish/creator_info/query/" ->
                asCreator(
                        "creator_info.query",
                        request,
                        List.of(PUBLISH),
                        TikTokSettings::tiktokCreatorInfosPerMinute,
                        reading::creatorInfo);
            case "POST v2/post/publish/video/init/" ->
                init("video.init", request, PUBLISH, creator -> posts.video(creator, request, false));
            case "POST v2/post/publish/inbox/video/init/" ->
                init("inbox.video.init", request, UPLOAD, creator -> posts.video(creator, request, true));
            case "POST v2/post/publish/content/init/" ->
                init("content.init", request, scopeOfPhotos(request), creator -> posts.photos(creator, request));
            case "POST v2/post/publish/status/fetch/" ->
                asCreator(
                        "status.fetch",
                        request,
                        List.of(PUBLISH, UPLOAD),
                        TikTokSettings::tiktokStatusesPerMinute,
                        creator -> reading.status(creator, request));
            case "POST v2/post/publish/cancel/" ->
                asCreator(
                        "publish.cancel",
                        request,
                        List.of(PUBLISH, UPLOAD),
                        TikTokSettings::tiktokStatusesPerMinute,
                        creator -> posts.cancel(creator, request));
            case "POST v2/video/list/" ->
                asCreator(
                        "video.list",
                        request,
                        List.of("video.list"),
                        TikTokSettings::tiktokReadsPerMinute,
                        creator -> reading.videos(creator, request));
            case "GET v2/user/info/" ->
                asCreator(
                        "user.info",
                        request,
                        List.of("user.info.basic"),
                        TikTokSettings::tiktokReadsPerMinute,
                        creator -> reading.user(creator, request));
            case "PUT upload/" ->
                Operation.now(
                        "upload",
                        uploads.share(request).map(progress -> progress.share().openId()),
                        () -> refusable(() -> uploads.take(request)));
            case "POST v2/oauth/token/" -> asClient("oauth.token", request, () -> oauth.token(request));
            case "POST v2/oauth/revoke/" -> asClient("oauth.revoke", request, () -> oauth.revoke(request));
            case "GET v2/auth/authorize/" -> asClient("oauth.authorize", request, () -> oauth.authorize(request));
            default ->
                Operation.now("unknown", caller(request).map(TikTokTokens.Access::openId), TikTokApi::noSuchPath);
        };
    }

    @Override
    public Reply injected(Failure failure, Request request, Operation operation) {
        return switch (failure.kind()) {
            case RATE_LIMITED -> withStatus(failure, TikTokError.RATE_LIMIT_EXCEEDED.reply());
            case RATE_LIMITED_WITH_RETRY_AFTER ->
                withStatus(failure, TikTokError.RATE_LIMIT_EXCEEDED.reply())
                        .with("Retry-After", Integer.toString(failure.seconds().orElse(DEFAULT_RETRY_SECONDS)));
            case SERVER_ERROR_BEFORE_EFFECT, SERVER_ERROR_AFTER_EFFECT ->
                TikTokError.INTERNAL_ERROR.reply(failure.status().orElse(500), "");
            case REFUSED_BEFORE_EFFECT, REFUSED_AFTER_EFFECT -> {
                var error = TikTokError.of(failure);
                yield failure.status().map(status -> error.reply(status, "")).orElseGet(error::reply);
            }
            case ERROR_IN_SUCCESS_BEFORE_EFFECT, ERROR_IN_SUCCESS_AFTER_EFFECT ->
                TikTokError.of(failure).reply(200, "");
            case TOKEN_EXPIRED -> {
                request.bearer()
                        .filter(token -> state.tokens().access(token).isPresent())
                        .ifPresent(token -> state.commit(new TikTokChange.AccessTokenExpired(token)));
                yield refusedToken(operation);
            }
            case TOKEN_REVOKED -> {
                caller(request).ifPresent(access -> revoke(access.family()));
                oauth.presented(request).ifPresent(refresh -> revoke(refresh.family()));
                yield refusedToken(operation);
            }
            case PERMISSION_MISSING -> TikTokError.SCOPE_NOT_AUTHORIZED.reply();
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

    /** The creator disconnects the application: its tokens are dead. */
    void revoke(TikTokCreator creator) {
        state.tokens().refresh(creator.refreshToken()).ifPresent(refresh -> revoke(refresh.family()));
    }

    Tally tally() {
        var tokens = state.tokens();
        return new Tally(
                0,
                tokens.refreshes(),
                tokens.reuses(),
                tokens.familiesRevoked(),
                Map.of("initsWithoutCreatorInfo", posts.withoutCreatorInfo()));
    }

    private void revoke(String family) {
        if (!state.tokens().isRevoked(family)) {
            state.commit(new TikTokChange.FamilyRevoked(family));
        }
    }

    private static Reply refusedToken(Operation operation) {
        return operation.endpoint().startsWith("oauth.")
                ? TikTokError.oauth(400, "invalid_grant", "Refresh token is invalid or expired.")
                : TikTokError.ACCESS_TOKEN_INVALID.reply();
    }

    private Operation init(String endpoint, Request request, String scope, Function<Creator, Reply> handler) {
        return asCreator(endpoint, request, List.of(scope), TikTokSettings::tiktokInitsPerMinute, handler);
    }

    private Operation asClient(String endpoint, Request request, Supplier<Reply> handler) {
        return Operation.now(
                endpoint, oauth.presented(request).map(TikTokTokens.Refresh::openId), () -> refusable(handler));
    }

    /** @param scopes of which the token must have one */
    private Operation asCreator(
            String endpoint,
            Request request,
            List<String> scopes,
            ToIntFunction<TikTokSettings> limit,
            Function<Creator, Reply> handler) {
        return Operation.now(
                endpoint,
                caller(request).map(TikTokTokens.Access::openId),
                () -> refusable(() -> {
                    var now = clock.instant();
                    var access = caller(request)
                            .filter(token ->
                                    !token.isExpired(now) && !state.tokens().isRevoked(token.family()))
                            .orElseThrow(() -> TikTokError.ACCESS_TOKEN_INVALID.refusal(
                                    "The access token is invalid or not found in the request."));
                    var creator = state.creator(access.openId()).orElseThrow();
                    if (scopes.stream().noneMatch(access.scopes()::contains)) {
                        throw TikTokError.SCOPE_NOT_AUTHORIZED.refusal(
                                "The user did not authorize the scope required for completing this request.");
                    }
                    if (!windows.take(access.openId(), endpoint, limit.applyAsInt(settings.get()), now)
                            .allowed()) {
                        throw TikTokError.RATE_LIMIT_EXCEEDED.refusal("The API rate limit was exceeded.");
                    }
                    return handler.apply(creator);
                }));
    }

    private static Reply refusable(Supplier<Reply> handler) {
        try {
            return handler.get();
        } catch (Refusal refusal) {
            return refusal.reply();
        }
    }

    private Optional<TikTokTokens.Access> caller(Request request) {
        return request.bearer().flatMap(state.tokens()::access);
    }

    private static Reply withStatus(Failure failure, Reply reply) {
        return new Reply(failure.status().orElse(reply.status()), reply.headers(), reply.body());
    }

    private static Reply noSuchPath() {
        return TikTokError.INVALID_PARAMS.reply(404, "Unsupported path(Janus)");
    }

    /** What is needed for photos depends on where they go. */
    private static String scopeOfPhotos(Request request) {
        var isDraft = request.json()
                .map(json -> json.path("post_mode").asText())
                .filter("MEDIA_UPLOAD"::equals)
                .isPresent();
        return isDraft ? UPLOAD : PUBLISH;
    }
}
