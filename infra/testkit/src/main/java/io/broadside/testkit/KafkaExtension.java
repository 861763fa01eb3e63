package io.broadside.testkit;

import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One Kafka and one schema registry for the whole run: {@code @ExtendWith(KafkaExtension.class)} on a test class, and a
 * {@link KafkaForTest} as parameter of its constructor or of any test or lifecycle method.
 *
 * <ol>
 *   <li>Both start when the first test asks for them and are closed after the last test class.
 *   <li>Where a Docker engine answers and has or can pull {@code apache/kafka}, Kafka runs in a container, otherwise in
 *       this JVM. Tests cannot tell. One log line says which, and why.
 *   <li>{@code BROADSIDE_TEST_KAFKA=embedded|docker|auto} decides otherwise; {@code docker} fails where it cannot be.
 * </ol>
 */
public final class KafkaExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(KafkaExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == KafkaForTest.class;
    }

    @Override
    public KafkaForTest resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // The root's store closes what it holds when the run ends.
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Attempt.class, _ -> Attempt.toStart(), Attempt.class)
                .kafka();
    }

    /**
     * What the store holds: the one attempt to start. Remembered also if it failed, as trying again for every test would
     * only make the run fail more slowly.
     */
    private static final class Attempt implements AutoCloseable {

        private final Supplier<KafkaForTest> result;
        private final Runnable close;

        private Attempt(Supplier<KafkaForTest> result, Runnable close) {
            this.result = result;
            this.close = close;
        }

        static Attempt toStart() {
            try {
                var choice = KafkaChoice.parse(Optional.ofNullable(System.getenv(KafkaChoice.VARIABLE)));
                var kafka = KafkaForTest.on(TestBrokers.ofThisMachine().start(choice));
                return new Attempt(() -> kafka, kafka::stop);
            } catch (RuntimeException e) {
                return new Attempt(
                        () -> {
                            throw new ParameterResolutionException("no Kafka for tests: " + e.getMessage(), e);
                        },
                        () -> {});
            }
        }

        KafkaForTest kafka() {
            return result.get();
        }

        @Override
        public void close() {
            close.run();
        }
    }
}
