package io.broadside.retry.account;

import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import java.util.Optional;

/**
 * Enters results into an account, wherever that is kept.
 *
 * <ol>
 *   <li>A target is accepted when the first result with a command of it is seen, and open until its final one.
 *   <li>A later redrive opens it again; the end it had then counts no more.
 *   <li>Repeats of results, and answers to changes that were not made, change nothing. What was refused before it became a
 *       command was never accepted.
 * </ol>
 */
final class Book {

    /** Where the account is kept. */
    interface Pages {
        Optional<Target> target(String key);

        void put(String key, Optional<Target> before, Target after);

        Tally tally(String platform);

        void tally(String platform, Tally tally);
    }

    private final Pages pages;

    Book(Pages pages) {
        this.pages = pages;
    }

    /** Ids are visible ASCII, so that this separator sorts before all of them. */
    static String key(String requestId, int targetIndex) {
        return requestId + '\0' + targetIndex;
    }

    void enter(PostResult result) {
        if (result.getIsRepeat() || result.getCommandId().isEmpty()) {
            return;
        }
        var key = key(result.getRequestId(), result.getTargetIndex());
        var before = pages.target(key);
        var after = Target.of(result, before);
        var platform = before.map(Target::platform).orElse(after.platform());
        if (before.isEmpty()) {
            pages.tally(platform, pages.tally(platform).plus(new Tally(1, 0, 0, 0, 0, 1, 0)));
        } else if (before.get().isFinal()) {
            if (after.redrives() <= before.get().redrives()) {
                if (after.isFinal()) {
                    pages.tally(platform, pages.tally(platform).plus(new Tally(0, 0, 0, 0, 0, 0, 1)));
                }
                // News of before the end that come behind it change nothing.
                return;
            }
            pages.tally(platform, pages.tally(platform).plus(ended(before.get().status(), -1)));
        }
        if (after.isFinal()) {
            pages.tally(platform, pages.tally(platform).plus(ended(after.status(), 1)));
        }
        pages.put(key, before, after);
    }

    private static Tally ended(ResultStatus status, long count) {
        return switch (status) {
            case PUBLISHED -> new Tally(0, count, 0, 0, 0, -count, 0);
            case FAILED -> new Tally(0, 0, count, 0, 0, -count, 0);
            case CANCELLED -> new Tally(0, 0, 0, count, 0, -count, 0);
            case UNCONFIRMED -> new Tally(0, 0, 0, 0, count, -count, 0);
            // An end that this version has no name for is none it can count: the difference shows it.
            case UNKNOWN, ACCEPTED, SCHEDULED, WAITING, PUBLISHING -> new Tally(0, 0, 0, 0, 0, -count, 0);
        };
    }
}
