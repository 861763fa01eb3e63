package io.broadside.retry;

import java.time.Instant;
import java.util.LinkedHashMap;

/**
 * Deals what one platform gets to the partitions of an instance, in turn: each that has something waiting gets as much as any
 * other, whichever asks first. What one of them has no use for goes to the others.
 *
 * <p>Not safe for use by several threads: {@link Flows} sees to that.
 */
final class Dealer {

    private final Flow flow;

    /** What each partition that waits has been dealt and has not used, in the order in which they are dealt to. */
    private final LinkedHashMap<Object, Integer> hands = new LinkedHashMap<>();

    Dealer(Flow flow) {
        this.flow = flow;
    }

    Flow flow() {
        return flow;
    }

    void waits(Object partition) {
        hands.putIfAbsent(partition, 0);
    }

    void waitsNoMore(Object partition) {
        var hand = hands.remove(partition);
        for (var left = hand == null ? 0 : hand; left > 0; left--) {
            flow.giveBack();
        }
    }

    /** Whether one more may go past everything that waits for its turn: only if nothing does. */
    boolean letsAtOnce(Instant now) {
        return hands.isEmpty() ? flow.lets(now) : !flow.isLimited(now);
    }

    /** Whether one more of this partition may go, which waits. */
    boolean lets(Object partition, Instant now) {
        if (!flow.isLimited(now)) {
            return true;
        }
        deal(now);
        int hand = hands.getOrDefault(partition, 0);
        if (hand == 0) {
            return false;
        }
        hands.put(partition, hand - 1);
        return true;
    }

    /** One that was let go did not. */
    void giveBack(Object partition) {
        if (hands.computeIfPresent(partition, (_, hand) -> hand + 1) == null) {
            flow.giveBack();
        }
    }

    /** Nobody is dealt more than it is sure to get in a second: what is not used is not saved up for longer. */
    private void deal(Instant now) {
        var most = (int) Math.max(1, Math.ceil(flow.allowed() / Math.max(1, hands.size())));
        for (var full = 0; full < hands.size(); ) {
            var next = hands.pollFirstEntry();
            if (next.getValue() >= most) {
                hands.putLast(next.getKey(), most);
                full++;
            } else if (flow.lets(now)) {
                hands.putLast(next.getKey(), next.getValue() + 1);
                full = 0;
            } else {
                hands.putFirst(next.getKey(), next.getValue());
                return;
            }
        }
    }
}
