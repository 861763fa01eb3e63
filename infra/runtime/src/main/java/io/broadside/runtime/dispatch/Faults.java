package io.broadside.runtime.dispatch;

import io.broadside.schemas.RegistryUnavailableException;

/** Whose fault it is that a handler threw. */
final class Faults {

    private Faults() {}

    /**
     * Whether the record ends because of it; if not, it is to be thrown on. The handler is somebody else's code, which may throw
     * whatever there is, and the next owner of a record that was not ended would meet the same.
     */
    static boolean isOfTheRecord(Throwable thrown) {
        return switch (thrown) {
            // Nothing can be told without the registry: the record waits for it.
            case RegistryUnavailableException _ -> false;
            // A class that is broken once is broken for as long as the process lives, for all records.
            case NoClassDefFoundError _, ExceptionInInitializerError _ -> false;
            // A record may well be nested too deeply; in all else the JVM itself is at its end.
            case StackOverflowError _ -> true;
            case VirtualMachineError _ -> false;
            default -> true;
        };
    }
}
