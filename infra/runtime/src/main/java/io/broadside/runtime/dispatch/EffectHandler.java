package io.broadside.runtime.dispatch;

import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * What is to be done with a record: the part of the dispatcher that knows about the outside world.
 *
 * <p>The dispatcher promises, for every record:
 *
 * <ol>
 *   <li>{@link #run} is called at most once, in all processes together, and only after the intent to do so is durable.
 *   <li>If the process that was to call {@link #run} is gone, {@link #reconcile} is called instead, after every call that
 *       {@code run} might have started has ended.
 *   <li>What {@code run}, {@code reconcile} or a {@link Decision.Settle} returned is written in one transaction with the
 *       note that the record is done: both happen or neither.
 *   <li>Records of one key are worked on one after another, in the order of their offsets.
 * </ol>
 *
 * Implementations must be safe for use by many threads.
 */
public interface EffectHandler<V extends SpecificRecord> {

    /**
     * Decides without calling anybody whether a call is needed at all. Runs on the dispatcher's own thread: it must not
     * block, and is called again for the same record when its call did not start after all: an intent could not be made durable, or was
     * too old by then, or the schema registry was away. Whatever is thrown is a bug and leads to {@link #failed}.
     */
    Decision decide(Work<V> work);

    /**
     * Makes the call and says what is to be written because of it. May block, up to {@link DispatchConfig#callLimit};
     * every call must ask {@link Work#lease} before it leaves. Whatever is thrown, errors too, is a bug and leads to {@link #failed}.
     */
    Outputs run(Work<V> work);

    /**
     * Finds out whether the effect of a call, made by a process that is gone, has happened. Must not cause the effect
     * itself: what is to be run again goes out as a new record. An exception leads to {@link #failed}. Also called in the
     * process that made the call, after its end, if what came of it could not be told.
     */
    Reconciled reconcile(Work<V> work);

    /** What to write for a record that could not be read, so that it is kept and the partition goes on. Must not block. */
    Outputs unreadable(Unreadable unreadable);

    /**
     * What to write when this handler threw, or when the broker refused what it wrote: the dead letter, and what the sender is
     * told. If this throws too, the dispatcher writes a dead letter of its own.
     */
    Outputs failed(Work<V> work, Throwable cause);

    /**
     * Whether records of this topic may be started just now; a topic that may not waits, and no other is delayed. Must not block
     * nor throw: an exception ends the dispatcher's session.
     */
    default boolean admits(String topic) {
        return true;
    }

    /**
     * Tells how many partitions of each topic this instance owns from now on; a topic that is not named has none. Called on
     * the dispatcher's own thread, before records of new partitions are decided. Must not block nor throw: an exception ends the
     * dispatcher's session.
     */
    default void owns(Map<String, Integer> partitionsByTopic) {}
}
