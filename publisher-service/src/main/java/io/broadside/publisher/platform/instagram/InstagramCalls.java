package io.broadside.publisher.platform.instagram;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.graph.AppSecretProof;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Map;
import java.util.Optional;

/** Calls to the API for one command, at the host where its account's tokens work. */
final class InstagramCalls {

    private final InstagramConfig.Api api;
    private final Optional<Secret> proofSecret;
    private final String account;
    private final PlatformHttp http;
    private final Secret token;
    private final CallContext context;

    InstagramCalls(
            InstagramConfig config, PlatformHttp http, PublishCommand command, Secret token, CallContext context) {
        var login = InstagramLogin.of(command);
        this.api = config.of(login);
        this.proofSecret = config.proofOf(login);
        this.account = segment(command.getAccountId());
        this.http = http;
        this.token = token;
        this.context = context;
    }

    /** @param path below the account, with a slash at its beginning */
    Reply getOfAccount(String endpoint, String path) {
        return get(endpoint, "/" + account + path);
    }

    /** @param path with a slash at its beginning; ids in it must have been looked at */
    Reply get(String endpoint, String path) {
        return call(Call.get(InstagramPlatform.ID, endpoint, address(path)));
    }

    /** @param path below the account, with a slash at its beginning */
    Reply postToAccount(String endpoint, String path, Map<String, String> fields) {
        return post(endpoint, "/" + account + path, fields);
    }

    Reply post(String endpoint, String path, Map<String, String> fields) {
        return call(Call.post(InstagramPlatform.ID, endpoint, address(path), new Body.Form(fields)));
    }

    /** The token goes into a header: as a parameter it would come back in the addresses of next pages. */
    private Reply call(Call call) {
        return http.call(
                call.withBearer(token)
                        .withCodeReader(answer -> GraphError.in(answer).map(GraphError::text)),
                context);
    }

    private URI address(String pathAndQuery) {
        var base = api.uri().toString();
        var trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        var proven = proofSecret
                .map(secret -> AppSecretProof.on(pathAndQuery, secret, token))
                .orElse(pathAndQuery);
        return URI.create(trimmed + "/" + api.version() + proven);
    }

    private static String segment(String id) {
        return URLEncoder.encode(id, UTF_8);
    }
}
