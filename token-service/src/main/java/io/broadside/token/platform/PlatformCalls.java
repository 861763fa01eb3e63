package io.broadside.token.platform;

import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;

/** The way to the platforms. Blocks, and never throws for trouble on the network. */
@FunctionalInterface
public interface PlatformCalls {

    Reply call(Call call, CallContext context);
}
