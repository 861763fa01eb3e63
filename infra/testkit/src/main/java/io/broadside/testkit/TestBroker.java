package io.broadside.testkit;

/** The Kafka behind {@link KafkaForTest}, whatever it runs in. */
interface TestBroker extends AutoCloseable {

    String bootstrapServers();

    boolean canRestart();

    /** Away for a moment, then back on the same address with everything acknowledged. */
    void restart();

    @Override
    void close();
}
