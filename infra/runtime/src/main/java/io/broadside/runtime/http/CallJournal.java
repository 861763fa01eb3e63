package io.broadside.runtime.http;

import io.broadside.events.ApiCall;

/** Where calls are written down. */
@FunctionalInterface
public interface CallJournal {

    /** Takes one call, without blocking. What it throws is logged; it does not change what the caller is told. */
    void record(ApiCall call);

    /** Forgets everything. */
    static CallJournal none() {
        return _ -> {};
    }
}
