package io.broadside.schemas;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The schema registry did not answer, or not sensibly. It says nothing about the record: the same call may work in a moment,
 * and a record must not be set aside because of it.
 */
public final class RegistryUnavailableException extends RetriableException {

    public RegistryUnavailableException(Throwable cause) {
        super("The schema registry does not answer: " + cause.getMessage(), cause);
    }
}
