package io.broadside.token;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The first of very many, in an order: no more are held than are wanted, however many there are. For one thread.
 *
 * @param <T> what there are many of
 */
public final class Smallest<T> {

    private final int most;
    private final Comparator<T> order;

    /** The largest of them is the first to go. */
    private final PriorityQueue<T> held;

    /** @param most how many are wanted, at least 1 */
    public Smallest(int most, Comparator<T> order) {
        this.most = most;
        this.order = order;
        this.held = new PriorityQueue<>(Collections.reverseOrder(order));
    }

    /** Takes one, if it is among the first so far. */
    public void offer(T candidate) {
        if (held.size() < most) {
            held.add(candidate);
            return;
        }
        if (order.compare(candidate, held.element()) < 0) {
            held.remove();
            held.add(candidate);
        }
    }

    /** How many it holds. */
    int size() {
        return held.size();
    }

    /** The first of all that were offered, in their order. */
    public List<T> inOrder() {
        var sorted = new ArrayList<>(held);
        sorted.sort(order);
        return List.copyOf(sorted);
    }
}
