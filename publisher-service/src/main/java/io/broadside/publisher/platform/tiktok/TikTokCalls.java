package io.broadside.publisher.platform.tiktok;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import java.net.URI;

/** Calls to TikTok on behalf of an account. */
final class TikTokCalls {

    /** Without the charset, TikTok was seen not to read the body. */
    private static final String JSON = "application/json; charset=UTF-8";

    private final TikTokConfig config;
    private final PlatformHttp http;

    TikTokCalls(TikTokConfig config, PlatformHttp http) {
        this.config = config;
        this.http = http;
    }

    Reply post(String endpoint, String path, Body body, Secret token, CallContext context) {
        var call = Call.post(TikTokPlatform.ID, endpoint, config.address(path), body)
                .withHeader("Content-Type", JSON)
                .withBearer(token)
                .withCodeReader(TikTokErrors::codeIn);
        return http.call(call, context);
    }

    /** A piece of a file, to an address that is all the authorisation it needs: the token has no business there. */
    Reply put(URI address, Body.Streamed piece, String contentRange, CallContext context) {
        var call = Call.put(TikTokPlatform.ID, "post.upload", address, piece)
                .withHeader("Content-Range", contentRange)
                .withCodeReader(TikTokErrors::codeIn);
        return http.call(call, context);
    }
}
