package io.broadside.testkit;

import io.broadside.testkit.DockerEngine.Image;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the Kafka of the run, starts it, and says in one line which and why. */
final class TestBrokers {

    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaExtension.class);

    private final Supplier<Image> image;
    private final Supplier<TestBroker> docker;
    private final Supplier<TestBroker> embedded;

    TestBrokers(Supplier<Image> image, Supplier<TestBroker> docker, Supplier<TestBroker> embedded) {
        this.image = image;
        this.docker = docker;
        this.embedded = embedded;
    }

    static TestBrokers ofThisMachine() {
        return new TestBrokers(
                () -> DockerEngine.ofThisMachine().image(DockerBroker.IMAGE, DockerBroker.TAG),
                DockerBroker::start,
                EmbeddedTestBroker::start);
    }

    TestBroker start(KafkaChoice choice) {
        return switch (choice) {
            case EMBEDDED -> embedded(KafkaChoice.VARIABLE + " says so");
            case DOCKER ->
                switch (image.get()) {
                    case Image.Present() -> docker(KafkaChoice.VARIABLE + " says so");
                    case Image.NoEngine(var why) -> throw dockerWanted(why);
                    case Image.Missing(var why) -> throw dockerWanted(why);
                };
            case AUTO ->
                switch (image.get()) {
                    case Image.Present() -> dockerIfItStarts();
                    case Image.NoEngine(var why) -> embedded(why);
                    case Image.Missing(var why) -> insteadOfDocker(why);
                };
        };
    }

    private TestBroker dockerIfItStarts() {
        try {
            return docker("Docker answers and has the image");
        } catch (RuntimeException e) {
            return insteadOfDocker("the container did not start: " + e);
        }
    }

    private TestBroker docker(String why) {
        var broker = docker.get();
        LOGGER.atInfo()
                .addKeyValue("kafka", "docker")
                .addKeyValue("image", DockerBroker.IMAGE + ":" + DockerBroker.TAG)
                .addKeyValue("bootstrapServers", broker.bootstrapServers())
                .addKeyValue("why", why)
                .log("TESTS RUN ON KAFKA IN DOCKER");
        return broker;
    }

    private TestBroker embedded(String why) {
        var broker = embedded.get();
        LOGGER.atInfo()
                .addKeyValue("kafka", "embedded")
                .addKeyValue("bootstrapServers", broker.bootstrapServers())
                .addKeyValue("why", why)
                .log("TESTS RUN ON THE EMBEDDED KAFKA");
        return broker;
    }

    /** A Docker engine is there and one might believe it is used: that deserves a warning. */
    private TestBroker insteadOfDocker(String why) {
        var broker = embedded.get();
        LOGGER.atWarn()
                .addKeyValue("kafka", "embedded")
                .addKeyValue("bootstrapServers", broker.bootstrapServers())
                .addKeyValue("why", why)
                .log("TESTS RUN ON THE EMBEDDED KAFKA ALTHOUGH DOCKER ANSWERS");
        return broker;
    }

    private static IllegalStateException dockerWanted(String why) {
        return new IllegalStateException(KafkaChoice.VARIABLE + "=docker, but " + why);
    }
}
