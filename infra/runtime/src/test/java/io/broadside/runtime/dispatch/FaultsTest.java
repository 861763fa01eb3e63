package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.schemas.RegistryUnavailableException;
import java.io.IOError;
import java.io.IOException;
import java.util.ServiceConfigurationError;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FaultsTest {

    @ParameterizedTest
    @MethodSource
    void whateverCodeThrowsIsOfTheRecordItWasThrownFor(Throwable thrown) {
        assertThat(Faults.isOfTheRecord(thrown)).isTrue();
    }

    static Stream<Throwable> whateverCodeThrowsIsOfTheRecordItWasThrownFor() {
        return Stream.of(
                new IllegalStateException(),
                new Error(),
                new IOError(new IOException()),
                new ServiceConfigurationError("no such service"),
                new AssertionError(),
                new NoSuchMethodError(),
                new StackOverflowError(),
                new IOException("declared nowhere"),
                new InterruptedException());
    }

    @Test
    void aProcessThatIsBrokenAndARegistryThatIsAwayAreNot() {
        assertThat(Faults.isOfTheRecord(new OutOfMemoryError())).isFalse();
        assertThat(Faults.isOfTheRecord(new NoClassDefFoundError())).isFalse();
        assertThat(Faults.isOfTheRecord(new ExceptionInInitializerError())).isFalse();
        assertThat(Faults.isOfTheRecord(new RegistryUnavailableException(new IOException("nobody is there"))))
                .isFalse();
    }
}
