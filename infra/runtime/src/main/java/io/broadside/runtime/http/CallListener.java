package io.broadside.runtime.http;

/** Hears what came of every call, on the thread of its caller and before the caller does. Must be quick and must not block. */
@FunctionalInterface
public interface CallListener {

    /** A call has ended. What this throws is logged; it does not change what the caller is told. */
    void ended(Call call, CallContext context, Reply reply);

    /** Does not listen. */
    static CallListener none() {
        return (_, _, _) -> {};
    }
}
