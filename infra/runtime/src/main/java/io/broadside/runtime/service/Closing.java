package io.broadside.runtime.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a service that must be closed, closed in the reverse of the order they were added in.
 *
 * <p>A part that fails to close keeps no other from being closed: the failure is logged as a warning, with its cause.
 */
public final class Closing implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private boolean isClosed;

    /**
     * Adds a part and gives it back.
     *
     * @throws IllegalStateException if all was closed already; the part is then closed too
     */
    public <T extends AutoCloseable> T add(T part) {
        synchronized (this) {
            if (!isClosed) {
                parts.push(part);
                return part;
            }
        }
        close(part);
        throw new IllegalStateException("Everything is closed already; so is this " + nameOf(part) + " now.");
    }

    /** Closes all parts. Later calls do nothing. */
    @Override
    public void close() {
        Deque<AutoCloseable> left;
        synchronized (this) {
            isClosed = true;
            left = new ArrayDeque<>(parts);
            parts.clear();
        }
        left.forEach(Closing::close);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(part, e);
        } catch (Exception | LinkageError e) {
            // A class that is missing late in the life of a process must not keep the other parts open.
            failed(part, e);
        }
    }

    private static void failed(AutoCloseable part, Throwable cause) {
        LOGGER.atWarn().addKeyValue("part", nameOf(part)).setCause(cause).log("part did not close");
    }

    private static String nameOf(AutoCloseable part) {
        return part.getClass().getSimpleName();
    }
}
