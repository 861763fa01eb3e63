package io.broadside.token.connect;

/** A change did not become durable, or it is not known whether it did. */
public final class NotStoredException extends Exception {

    NotStoredException(String message) {
        super(message);
    }
}
