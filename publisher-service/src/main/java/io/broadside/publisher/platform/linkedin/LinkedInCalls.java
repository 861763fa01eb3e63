package io.broadside.publisher.platform.linkedin;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import java.net.URI;

/** Calls to LinkedIn on behalf of an account. Its versioned API is below /rest, its older one below /v2. */
final class LinkedInCalls {

    private final LinkedInConfig config;
    private final PlatformHttp http;

    LinkedInCalls(LinkedInConfig config, PlatformHttp http) {
        this.config = config;
        this.http = http;
    }

    Reply get(String endpoint, String pathAndQuery, Secret token, CallContext context) {
        var call = Call.get(LinkedInPlatform.ID, endpoint, config.address(pathAndQuery));
        return call(versioned(call, pathAndQuery), token, context);
    }

    /** A search: LinkedIn wants it named as one. */
    Reply find(String endpoint, String pathAndQuery, Secret token, CallContext context) {
        var call = Call.get(LinkedInPlatform.ID, endpoint, config.address(pathAndQuery));
        return call(versioned(call, pathAndQuery).withHeader("X-RestLi-Method", "FINDER"), token, context);
    }

    Reply post(String endpoint, String pathAndQuery, String json, Secret token, CallContext context) {
        var call = Call.post(LinkedInPlatform.ID, endpoint, config.address(pathAndQuery), new Body.Json(json));
        return call(versioned(call, pathAndQuery), token, context);
    }

    /** A whole file, to an address that LinkedIn named and that was looked at. */
    Reply upload(String endpoint, URI address, Body body, Secret token, CallContext context) {
        return call(Call.put(LinkedInPlatform.ID, endpoint, address, body), token, context);
    }

    /** A part of a video: its address alone admits it, and LinkedIn wants no token there. */
    Reply uploadPart(String endpoint, URI address, Body body, CallContext context) {
        return http.call(named(Call.put(LinkedInPlatform.ID, endpoint, address, body)), context);
    }

    private Call versioned(Call call, String path) {
        var common = call.withHeader("X-Restli-Protocol-Version", "2.0.0");
        return path.startsWith("/rest/") ? common.withHeader("LinkedIn-Version", config.apiVersion()) : common;
    }

    private Reply call(Call call, Secret token, CallContext context) {
        return http.call(named(call.withBearer(token)), context);
    }

    private static Call named(Call call) {
        return call.withCodeReader(answer -> LinkedInError.in(answer).flatMap(LinkedInError::name));
    }
}
