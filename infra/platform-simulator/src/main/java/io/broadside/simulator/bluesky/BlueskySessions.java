package io.broadside.simulator.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.bluesky.BlueskyState.Repo;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Sessions. A refresh token that was used brings the same successor for a while, and is dead afterwards; access tokens live until they
 * end, whatever becomes of their session.
 */
final class BlueskySessions {
    private static final int SIGN_INS = 30;
    private static final Duration REFRESH_LIVES = Duration.ofDays(90);

    private final Clock clock;
    private final BlueskyState state;
    private final Supplier<BlueskySettings> settings;
    private final RateWindows signIns = new RateWindows(Duration.ofMinutes(5));

    BlueskySessions(Clock clock, BlueskyState state, Supplier<BlueskySettings> settings) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
    }

    Reply create(Request request) {
        var body = request.json().orElseGet(Json::object);
        var identifier = body.path("identifier").asText();
        var taken = signIns.take(identifier, "createSession", SIGN_INS, clock.instant());
        if (!taken.allowed()) {
            return BlueskyError.rateLimited()
                    .with("RateLimit-Reset", Long.toString(taken.reset().getEpochSecond()))
                    .with("RateLimit-Remaining", "0")
                    .with("RateLimit-Limit", Integer.toString(SIGN_INS))
                    .with("RateLimit-Policy", SIGN_INS + ";w=300");
        }
        var repo = state.named(identifier)
                .filter(known -> known.account()
                        .appPassword()
                        .filter(body.path("password").asText()::equals)
                        .isPresent());
        if (repo.isEmpty()) {
            return BlueskyError.of(401, "AuthenticationRequired", "Invalid identifier or password");
        }
        if (repo.get().isDown()) {
            return BlueskyError.takenDown();
        }
        var access = access(repo.get());
        var refresh = refresh(repo.get());
        var end = end();
        state.commit(new BlueskyChange.SessionBegun(repo.get().account().id(), access, refresh, end));
        return Reply.json(200, view(repo.get(), access, refresh));
    }

    Reply refresh(Request request) {
        var used = request.bearer().orElse("");
        var token = state.refresh(used);
        var now = clock.instant();
        if (token.isEmpty() || token.get().isDead(now)) {
            token.ifPresent(_ -> state.countReuse());
            return state.access(used).isPresent() ? BlueskyError.invalidToken() : BlueskyError.revoked();
        }
        var repo = state.repo(token.get().did()).orElseThrow();
        if (repo.isDown()) {
            return BlueskyError.takenDown();
        }
        synchronized (repo) {
            var current = state.refresh(used).orElse(token.get());
            var access = access(repo);
            var refresh = current.successor().orElseGet(() -> refresh(repo));
            state.commit(new BlueskyChange.TokensRotated(
                    current.did(),
                    used,
                    access,
                    refresh,
                    end(),
                    now.plusSeconds(settings.get().blueskyGraceSeconds())));
            return Reply.json(200, view(repo, access, refresh));
        }
    }

    Reply delete(Request request) {
        var token = request.bearer().flatMap(state::refresh);
        if (token.isEmpty()) {
            return BlueskyError.revoked();
        }
        state.commit(new BlueskyChange.SessionsEnded(token.get().did()));
        return Reply.json(200, Json.object());
    }

    Reply show(Repo repo) {
        return Reply.json(
                200,
                Json.object()
                        .put("did", repo.account().id())
                        .put("handle", repo.account().name())
                        .put("active", true));
    }

    Reply resolve(Request request) {
        return state.named(request.query().getOrDefault("handle", ""))
                .map(repo ->
                        Reply.json(200, Json.object().put("did", repo.account().id())))
                .orElseGet(() -> BlueskyError.invalid("Unable to resolve handle"));
    }

    private static ObjectNode view(Repo repo, String access, String refresh) {
        return Json.object()
                .put("did", repo.account().id())
                .put("handle", repo.account().name())
                .put("accessJwt", access)
                .put("refreshJwt", refresh)
                .put("active", true);
    }

    private Instant end() {
        return clock.instant().plusSeconds(settings.get().blueskyAccessTokenSeconds());
    }

    private String access(Repo repo) {
        return token(repo, "com.atproto.appPass", end());
    }

    private String refresh(Repo repo) {
        return token(repo, "com.atproto.refresh", clock.instant().plus(REFRESH_LIVES));
    }

    /** Looks like a token of the real server, and is signed by nobody. */
    private static String token(Repo repo, String scope, Instant end) {
        var claims = Json.object()
                .put("scope", scope)
                .put("sub", repo.account().id())
                .put("exp", end.getEpochSecond())
                .put("jti", UUID.randomUUID().toString());
        return encoded(Json.object().put("typ", "at+jwt").put("alg", "HS256")) + "." + encoded(claims) + ".simulated";
    }

    private static String encoded(JsonNode json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.toString().getBytes(UTF_8));
    }

    Optional<Repo> caller(Request request) {
        return request.bearer().flatMap(state::access).flatMap(access -> state.repo(access.did()));
    }
}
