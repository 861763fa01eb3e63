package io.broadside.token.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether refusals of a platform are to be believed. One after another without a single token that is accepted in between, for
 * many connections, say more about the app that asks than about the tokens: it may be set up with another app's secret.
 */
final class Doubts {

    /** So many in a row are believed. */
    static final int BELIEVED = 25;

    private final Map<String, AtomicInteger> inARow = new ConcurrentHashMap<>();

    void accepted(String platform) {
        inARow.computeIfAbsent(platform, _ -> new AtomicInteger()).set(0);
    }

    /** Returns the how manieth in a row this one is. */
    int refused(String platform) {
        return inARow.computeIfAbsent(platform, _ -> new AtomicInteger()).incrementAndGet();
    }
}
