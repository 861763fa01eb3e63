package io.broadside.simulator.linkedin;

import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInTokens.Token;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Tally;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The paths of {@code api.linkedin.com} and, below {@code /oauth/v2}, of {@code www.linkedin.com}.
 *
 * <p>Calls below {@code /rest} must name a version that is alive and the protocol; those below {@code /v2} only the protocol.
 */
final class LinkedInApi implements Api {
    /** Names of the endpoints in failures and reports. */
    static final List<String> ENDPOINTS = List.of(
            "posts.create",
            "posts.read",
            "posts.find",
            "posts.update",
            "posts.delete",
            "images.initializeUpload",
            "images.read",
            "documents.initializeUpload",
            "documents.read",
            "videos.initializeUpload",
            "videos.finalizeUpload",
            "videos.read",
            "upload",
            "comments.create",
            "comments.read",
            "ugcPosts.create",
            "assets.registerUpload",
            "userinfo",
            "organizationAcls",
            "organizations.read",
            "oauth.authorization",
            "oauth.accessToken",
            "oauth.introspectToken",
            "oauth.revoke",
            "unknown");

    /** Below it the addresses are that files are uploaded to. */
    static final String UPLOADS = "dms-uploads";

    private static final int DEFAULT_RETRY_SECONDS = 60;
    private static final String EVERYBODY = "*";
    private static final Set<String> PUBLISHING = Set.of("ADMINISTRATOR", "CONTENT_ADMINISTRATOR");

    private final Clock clock;
    private final Supplier<LinkedInSettings> settings;
    private final LinkedInState state;
    private final LinkedInPosts posts;
    private final LinkedInReading reading;
    private final LinkedInAssets assets;
    private final LegacyShares legacy;
    private final LinkedInComments comments;
    private final LinkedInOAuth oauth;
    private final RateWindows days = new RateWindows(Duration.ofDays(1));
    private final LongAdder duplicatesRefused = new LongAdder();
    private final LongAdder textsCut = new LongAdder();

    LinkedInApi(Foundation foundation, LinkedInState state, App app) {
        this.clock = foundation.clock();
        this.settings = foundation.settings().declare(LinkedInSettings.DEFAULTS);
        this.state = state;
        this.assets = new LinkedInAssets(clock, state, settings);
        this.posts =
                new LinkedInPosts(clock, state, foundation.settings(), settings, assets, duplicatesRefused, textsCut);
        this.reading = new LinkedInReading(clock, state, foundation.settings());
        this.legacy = new LegacyShares(posts, assets);
        this.comments = new LinkedInComments(clock, state, settings);
        this.oauth = new LinkedInOAuth(clock, state, settings, app);
    }

    @Override
    public Platform platform() {
        return Platform.LINKEDIN;
    }

    @Override
    public Operation operation(Request request) {
        var path = request.path();
        return switch (path.isEmpty() ? "" : path.getFirst()) {
            case "rest" -> versioned(request);
            case "v2" -> unversioned(request);
            case "oauth" -> authorising(request);
            case UPLOADS -> uploading(request);
            default -> unknown();
        };
    }

    private Operation versioned(Request request) {
        var path = request.path();
        var query = request.query();
        var resource = path.size() > 1 ? path.get(1) : "";
        var route = request.method() + " " + resource + (path.size() > 2 ? "/*" : "");
        var key = path.size() > 2 ? path.get(2) : "";
        var action = query.getOrDefault("action", "");
        return switch (route) {
            case "POST posts" ->
                rest(
                        "posts.create",
                        request,
                        LinkedInSettings::linkedinPostsPerMemberDay,
                        it -> posts.create(it, request));
            case "GET posts" -> rest("posts.find", request, it -> reading.byAuthor(it, request));
            case "GET posts/*" -> rest("posts.read", request, it -> reading.post(it, key));
            case "POST posts/*" -> rest("posts.update", request, it -> posts.update(it, key, request));
            case "DELETE posts/*" -> rest("posts.delete", request, it -> posts.delete(it, key));
            case "POST images", "POST documents", "POST videos" ->
                switch (action) {
                    case "initializeUpload" ->
                        rest(resource + ".initializeUpload", request, it -> assets.initialize(it, resource, request));
                    case "finalizeUpload" ->
                        resource.equals("videos")
                                ? rest("videos.finalizeUpload", request, it -> assets.finish(it, request))
                                : unknown();
                    default -> unknown();
                };
            case "GET images/*", "GET documents/*", "GET videos/*" ->
                rest(resource + ".read", request, it -> assets.read(it, resource, key));
            case "POST socialActions/*" ->
                path.size() == 4 && path.get(3).equals("comments")
                        ? rest("comments.create", request, it -> comments.create(it, key, request))
                        : unknown();
            case "GET socialActions/*" ->
                path.size() == 4 && path.get(3).equals("comments")
                        ? rest("comments.read", request, it -> comments.read(it, key))
                        : unknown();
            case "GET organizationAcls" ->
                rest("organizationAcls", request, it -> reading.organizations(it, request, "organization"));
            case "GET organizations/*" -> rest("organizations.read", request, it -> reading.organization(it, key));
            default -> unknown();
        };
    }

    private Operation unversioned(Request request) {
        var path = String.join("/", request.path());
        return switch (request.method() + " " + path) {
            case "GET v2/userinfo" ->
                asMember("userinfo", request, LinkedInSettings::linkedinCallsPerMemberDay, reading::userinfo);
            case "GET v2/organizationalEntityAcls" ->
                v2("organizationAcls", request, it -> reading.organizations(it, request, "organizationalTarget"));
            case "POST v2/ugcPosts" -> v2("ugcPosts.create", request, it -> legacy.create(it, request));
            case "POST v2/assets" ->
                "registerUpload".equals(request.query().get("action"))
                        ? v2("assets.registerUpload", request, it -> legacy.register(it, request))
                        : unknown();
            default -> unknown();
        };
    }

    private Operation authorising(Request request) {
        var member = oauth.presented(request).map(Token::memberId);
        return switch (request.method() + " " + String.join("/", request.path())) {
            case "GET oauth/v2/authorization" ->
                Operation.now("oauth.authorization", member, () -> refusable(() -> oauth.authorize(request)));
            case "POST oauth/v2/accessToken" ->
                Operation.now("oauth.accessToken", member, () -> refusable(() -> oauth.token(request)));
            case "POST oauth/v2/introspectToken" ->
                Operation.now("oauth.introspectToken", member, () -> refusable(() -> oauth.introspect(request)));
            case "POST oauth/v2/revoke" ->
                Operation.now("oauth.revoke", member, () -> refusable(() -> oauth.revoke(request)));
            default -> unknown();
        };
    }

    /** Whose upload it is says the address alone. */
    private Operation uploading(Request request) {
        var path = request.path();
        var key = path.size() == 3 ? path.get(1) + "/" + path.get(2) : "";
        return Operation.now(
                "upload",
                assets.ownerOf(key),
                () -> refusable(
                        () -> assets.upload(key, request, caller(request).filter(this::isActive))));
    }

    @Override
    public Reply injected(Failure failure, Request request, Operation operation) {
        var isOAuth = operation.endpoint().startsWith("oauth.");
        return switch (failure.kind()) {
            case RATE_LIMITED -> withStatus(failure, LinkedInError.throttled("MEMBER"));
            // LinkedIn names no time for its own limits; what stands before it does at times, and does not speak of
            // them.
            case RATE_LIMITED_WITH_RETRY_AFTER ->
                withStatus(failure, LinkedInError.plain(429, "Too Many Requests"))
                        .with("Retry-After", Integer.toString(failure.seconds().orElse(DEFAULT_RETRY_SECONDS)));
            case SERVER_ERROR_BEFORE_EFFECT, SERVER_ERROR_AFTER_EFFECT ->
                LinkedInError.serverError(failure.status().orElse(500));
            case REFUSED_BEFORE_EFFECT, REFUSED_AFTER_EFFECT ->
                LinkedInError.of(
                        failure.status().orElse(400), failure.code().orElse("INVALID_VALUE_FOR_FIELD"), "Refused");
            case ERROR_IN_SUCCESS_BEFORE_EFFECT, ERROR_IN_SUCCESS_AFTER_EFFECT ->
                LinkedInError.of(200, failure.code().orElse("INTERNAL_SERVER_ERROR"), "Refused");
            case TOKEN_EXPIRED -> {
                request.bearer()
                        .filter(token -> state.tokens().access(token).isPresent())
                        .ifPresent(token -> state.commit(new LinkedInChange.AccessTokenExpired(token)));
                yield isOAuth ? LinkedInError.invalidGrant() : LinkedInError.expiredToken();
            }
            case TOKEN_REVOKED -> {
                caller(request)
                        .or(() -> oauth.presented(request))
                        .ifPresent(token -> state.commit(new LinkedInChange.MemberRevoked(token.memberId())));
                yield isOAuth ? LinkedInError.invalidGrant() : LinkedInError.revokedToken();
            }
            case PERMISSION_MISSING -> LinkedInError.accessDenied(operation.endpoint());
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
                duplicatesRefused.sum(),
                tokens.refreshes(),
                0,
                tokens.grantsRevoked(),
                Map.of("textsCut", textsCut.sum()));
    }

    private Operation rest(String endpoint, Request request, Function<Caller, Reply> handler) {
        return rest(endpoint, request, LinkedInSettings::linkedinCallsPerMemberDay, handler);
    }

    private Operation rest(
            String endpoint, Request request, ToIntFunction<LinkedInSettings> limit, Function<Caller, Reply> handler) {
        return checked(endpoint, request, () -> version(request).or(() -> protocol(request)), limit, handler);
    }

    private Operation v2(String endpoint, Request request, Function<Caller, Reply> handler) {
        var isPost = endpoint.equals("ugcPosts.create");
        return checked(
                endpoint,
                request,
                () -> protocol(request),
                isPost ? LinkedInSettings::linkedinPostsPerMemberDay : LinkedInSettings::linkedinCallsPerMemberDay,
                handler);
    }

    private Operation asMember(
            String endpoint, Request request, ToIntFunction<LinkedInSettings> limit, Function<Caller, Reply> handler) {
        return checked(endpoint, request, Optional::empty, limit, handler);
    }

    private Operation checked(
            String endpoint,
            Request request,
            Supplier<Optional<Reply>> headers,
            ToIntFunction<LinkedInSettings> limit,
            Function<Caller, Reply> handler) {
        var token = caller(request);
        return Operation.now(endpoint, token.map(Token::memberId), () -> {
            var refusal = headers.get().or(() -> unauthorised(request, token));
            var reply = refusal.isPresent()
                    ? refusal.get()
                    : limited(endpoint, token.orElseThrow(), limit.applyAsInt(settings.get()), handler);
            return reply.with("x-li-uuid", UUID.randomUUID().toString()).with("x-li-fabric", "sim-lor1");
        });
    }

    private Reply limited(String endpoint, Token token, int limit, Function<Caller, Reply> handler) {
        var now = clock.instant();
        if (!days.take(EVERYBODY, endpoint, settings.get().linkedinCallsPerAppDay(), now)
                .allowed()) {
            return LinkedInError.throttled("APPLICATION");
        }
        if (!days.take(token.memberId(), endpoint, limit, now).allowed()) {
            return LinkedInError.throttled("MEMBER");
        }
        var member = state.member(token.memberId()).orElseThrow();
        return refusable(() -> handler.apply(new Caller(member, token.scopes())));
    }

    private Optional<Reply> version(Request request) {
        var version = request.header("LinkedIn-Version");
        if (version.isEmpty()) {
            return Optional.of(LinkedInError.of(
                    400,
                    "VERSION_MISSING",
                    "A version must be present. Please specify a version by adding the" + " LinkedIn-Version header."));
        }
        return settings.get().linkedinActiveVersions().contains(version.get())
                ? Optional.empty()
                : Optional.of(LinkedInError.of(
                        426, "NONEXISTENT_VERSION", "Requested version " + version.get() + "01 is not active"));
    }

    private static Optional<Reply> protocol(Request request) {
        return request.header("X-Restli-Protocol-Version")
                        .filter("2.0.0"::equals)
                        .isPresent()
                ? Optional.empty()
                : Optional.of(LinkedInError.plain(400, "X-Restli-Protocol-Version: 2.0.0 is needed"));
    }

    private Optional<Reply> unauthorised(Request request, Optional<Token> token) {
        if (request.bearer().isEmpty()) {
            return Optional.of(LinkedInError.emptyToken());
        }
        if (token.isEmpty()) {
            return Optional.of(LinkedInError.invalidToken());
        }
        if (token.get().isRevoked()) {
            return Optional.of(LinkedInError.revokedToken());
        }
        return token.get().isExpired(clock.instant()) ? Optional.of(LinkedInError.expiredToken()) : Optional.empty();
    }

    private Optional<Token> caller(Request request) {
        return request.bearer().flatMap(state.tokens()::access);
    }

    private boolean isActive(Token token) {
        return token.isActive(clock.instant());
    }

    private static Reply refusable(Supplier<Reply> handler) {
        try {
            return handler.get();
        } catch (Refusal refusal) {
            return refusal.reply();
        }
    }

    private static Reply withStatus(Failure failure, Reply reply) {
        return new Reply(failure.status().orElse(reply.status()), reply.headers(), reply.body());
    }

    private static Operation unknown() {
        return Operation.now(
                "unknown",
                Optional.empty(),
                () -> LinkedInError.of(404, "RESOURCE_NOT_FOUND", "No virtual resource found"));
    }

    /** Who calls, and what was granted. */
    record Caller(LinkedInMember member, List<String> scopes) {
        boolean has(String scope) {
            return scopes.contains(scope);
        }

        String urn() {
            return Urn.person(member.id());
        }

        /** Refuses unless it may write as this author. */
        void mayWriteAs(String author, String what) {
            var isSelf = author.equals(urn());
            var isOwn = isSelf || isAdministratorOf(author);
            if (!isOwn || !has(isSelf ? "w_member_social" : "w_organization_social")) {
                throw new Refusal(LinkedInError.accessDenied(what));
            }
        }

        /** Refuses unless it may read what this author wrote; members' posts are closed to everybody. */
        void mayReadOf(String author, String what) {
            if (!isAdministratorOf(author) || !has("r_organization_social")) {
                throw new Refusal(LinkedInError.accessDenied(what));
            }
        }

        private boolean isAdministratorOf(String organizationUrn) {
            return member.organizations().stream()
                    .anyMatch(it -> PUBLISHING.contains(it.role())
                            && Urn.organization(it.id()).equals(organizationUrn));
        }
    }
}
