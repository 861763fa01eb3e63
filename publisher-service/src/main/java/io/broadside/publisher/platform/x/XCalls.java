package io.broadside.publisher.platform.x;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;

/** Calls to X on behalf of an account. */
final class XCalls {

    private final XConfig config;
    private final PlatformHttp http;

    XCalls(XConfig config, PlatformHttp http) {
        this.config = config;
        this.http = http;
    }

    Reply get(String endpoint, String pathAndQuery, Secret token, CallContext context) {
        return call(Call.get(XPlatform.ID, endpoint, config.address(pathAndQuery)), token, context);
    }

    Reply post(String endpoint, String path, Body body, Secret token, CallContext context) {
        return call(Call.post(XPlatform.ID, endpoint, config.address(path), body), token, context);
    }

    private Reply call(Call call, Secret token, CallContext context) {
        return http.call(
                call.withBearer(token)
                        .withCodeReader(answer -> Problem.in(answer).flatMap(Problem::name)),
                context);
    }
}
