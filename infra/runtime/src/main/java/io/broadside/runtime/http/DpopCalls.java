package io.broadside.runtime.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Calls whose token is bound to a key (RFC 9449): each carries a proof of its own.
 *
 * <p>A server may want a value of its own in the proof, and says so by refusing the call; it changes that value every few minutes.
 * A call refused for that was not looked at, so it goes out once more, with the value; only a body that is gone once it was sent
 * does not. What servers asked for last is remembered in memory, for a bounded number of them.
 */
public final class DpopCalls {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_SERVERS = 10_000;

    private final BiFunction<Call, CallContext, Reply> calls;
    private final Clock clock;

    private final Map<String, String> nonces = new ConcurrentHashMap<>();

    public DpopCalls(BiFunction<Call, CallContext, Reply> calls, Clock clock) {
        this.calls = calls;
        this.clock = clock;
    }

    /**
     * Makes a call, and once more if its proof was not what the server wants.
     *
     * @param token the token that it is made with; absent where one is only asked for
     */
    public Reply call(Call call, DpopKey key, Optional<Secret> token, CallContext context) {
        var reply = once(call, key, token, context);
        return isChallenge(reply) && !(call.body() instanceof Body.Streamed) ? once(call, key, token, context) : reply;
    }

    /** Whether a call was refused because its proof lacked what the server wants in it: then it was not looked at. */
    public static boolean isChallenge(Reply reply) {
        return reply instanceof Answer answer
                && (answer.status() == 400 || answer.status() == 401)
                && answer.header("dpop-nonce").isPresent()
                && errorIn(answer).equals("use_dpop_nonce");
    }

    private Reply once(Call call, DpopKey key, Optional<Secret> token, CallContext context) {
        var server = call.authority();
        var proof = key.proof(call.method(), call.uri(), nonceOf(server), token, clock.instant());
        var bound = call.withHeader("dpop", proof.reveal());
        var reply = calls.apply(
                token.map(it -> bound.withHeader("authorization", "DPoP " + it.reveal()))
                        .orElse(bound),
                context);
        if (reply instanceof Answer answer) {
            answer.header("dpop-nonce").ifPresent(nonce -> remember(server, nonce));
        }
        return reply;
    }

    private Optional<String> nonceOf(String server) {
        return Optional.ofNullable(nonces.get(server));
    }

    /** What is forgotten is asked for again, at the price of a call that is refused. */
    private void remember(String server, String nonce) {
        if (nonces.size() >= MOST_SERVERS) {
            nonces.clear();
        }
        nonces.put(server, nonce);
    }

    private static String errorIn(Answer answer) {
        try {
            return JSON.readTree(answer.body()).path("error").asText();
        } catch (JsonProcessingException _) {
            return "";
        }
    }
}
