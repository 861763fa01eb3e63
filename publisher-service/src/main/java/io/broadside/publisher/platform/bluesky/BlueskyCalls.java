package io.broadside.publisher.platform.bluesky;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.DpopCalls;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;

/**
 * Calls to the server of an account, on its behalf. One that a stranger named is called only on the public Internet, and only over
 * TLS.
 *
 * <p>https://atproto.com/specs/xrpc
 */
final class BlueskyCalls {

    private final BlueskyConfig config;
    private final PlatformHttp http;
    private final DpopCalls bound;

    BlueskyCalls(BlueskyConfig config, PlatformHttp http, Clock clock) {
        this.config = config;
        this.http = http;
        this.bound = new DpopCalls(http::call, clock);
    }

    Reply get(String method, String query, Secret accessToken, CallContext context) {
        var session = Session.of(accessToken, config);
        return call(Call.get(BlueskyPlatform.ID, method, uri(session, method, query)), session, context);
    }

    Reply post(String method, Body body, Secret accessToken, CallContext context) {
        var session = Session.of(accessToken, config);
        return call(Call.post(BlueskyPlatform.ID, method, uri(session, method, ""), body), session, context);
    }

    private Reply call(Call named, Session session, CallContext context) {
        var call = named.withCodeReader(BlueskyCalls::errorIn);
        var guarded = guarded(call, session);
        return session.key()
                .map(key -> bound.call(guarded, key, Optional.of(session.token()), context))
                .orElseGet(() -> http.call(guarded.withBearer(session.token()), context));
    }

    /** The same call, held to the public Internet where the account's server is one that somebody named. */
    Call guarded(Call call, Session session) {
        return session.isChosen() && !config.allowsPrivate() ? call.toPublicHostOnly() : call;
    }

    private URI uri(Session session, String method, String query) {
        var base = session.service().toString();
        var secure = session.isChosen() && !config.allowsPrivate() ? base.replaceFirst("^http:", "https:") : base;
        var trimmed = secure.endsWith("/") ? secure.substring(0, secure.length() - 1) : secure;
        return URI.create(trimmed + "/xrpc/" + method + (query.isEmpty() ? "" : "?" + query));
    }

    /** The name of the error in an answer. */
    static Optional<String> errorIn(Answer answer) {
        return AnswerJson.objectIn(answer)
                .flatMap(body -> AnswerJson.text(body, "error"))
                .filter(name -> name.matches("[A-Za-z_]{1,60}"));
    }
}
