package io.broadside.token.platform;

import io.broadside.schemas.ErrorCode;
import java.util.function.Function;

/**
 * What came of a step of a sign-in.
 *
 * @param <T> what it brings
 */
public sealed interface Step<T> {

    record Done<T>(T value) implements Step<T> {}

    /** It ends here. The sentence is for the person who signs in, and says what to do; nothing of a token is in it. */
    record Failed<T>(ErrorCode code, String sentence) implements Step<T> {}

    static <T> Step<T> failed(ErrorCode code, String sentence) {
        return new Failed<>(code, sentence);
    }

    /** The next step, unless this one failed. */
    default <R> Step<R> then(Function<T, Step<R>> next) {
        return switch (this) {
            case Done<T>(var value) -> next.apply(value);
            case Failed<T>(var code, var sentence) -> new Failed<>(code, sentence);
        };
    }
}
