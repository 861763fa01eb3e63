package io.broadside.embedded;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What a development broker is told, beyond where it lives. */
public final class BrokerSettings {

    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    /** What a client can notice: any single-node broker that stands in for the embedded one needs these too. */
    private static final Map<String, String> VISIBLE = Map.ofEntries(
            // One node holds the only copy of everything.
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("default.replication.factor", "1"),
            Map.entry("min.insync.replicas", "1"),
            // Coordinators load as many partitions at every start; 50 each only costs time here.
            Map.entry("offsets.topic.num.partitions", "8"),
            Map.entry("transaction.state.log.num.partitions", "8"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            // A topic nobody declared is a mistake: it must fail, not appear with one partition.
            Map.entry("auto.create.topics.enable", "false"),
            // Nobody waits for members that do not come.
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
            // A transaction whose producer died blocks read_committed readers: look every second, not every ten.
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
            // A producer that begins its next transaction while the markers of its last one are still being written
            // waits for so long, 20 ms by default. They are written within two, and every commit would wait.
            Map.entry("add.partitions.to.txn.retry.backoff.ms", "2"),
            // With the newer group protocol these belong to the broker. Members learn of a rebalance in their
            // heartbeat,
            // so a short one makes rebalances quick; a killed member is missed after ten seconds instead of 45.
            Map.entry("group.consumer.heartbeat.interval.ms", "1000"),
            Map.entry("group.consumer.min.heartbeat.interval.ms", "200"),
            Map.entry("group.consumer.session.timeout.ms", "10000"),
            Map.entry("group.consumer.min.session.timeout.ms", "1000"),
            Map.entry("group.streams.heartbeat.interval.ms", "1000"),
            Map.entry("group.streams.min.heartbeat.interval.ms", "200"),
            Map.entry("group.streams.session.timeout.ms", "10000"),
            Map.entry("group.streams.min.session.timeout.ms", "1000"),
            // Lets a test that kills consumers of the classic protocol choose a session shorter than six seconds.
            Map.entry("group.min.session.timeout.ms", "1000"));

    /** What only this JVM notices: made for a node alone on its machine, made light beside one application here. */
    private static final Map<String, String> LIGHT = Map.ofEntries(
            // After a kill the controller still takes the killed broker for alive until its session ends, and refuses
            // the
            // new one that long: nine seconds by default.
            Map.entry("broker.session.timeout.ms", "3000"),
            Map.entry("broker.heartbeat.interval.ms", "500"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "4"),
            Map.entry("background.threads", "2"),
            Map.entry("num.recovery.threads.per.data.dir", "2"),
            Map.entry("group.coordinator.threads", "2"),
            Map.entry("group.coordinator.background.threads", "1"),
            Map.entry("log.cleaner.threads", "1"),
            Map.entry("log.cleaner.dedupe.buffer.size", "16777216"),
            Map.entry("log.cleaner.io.buffer.size", "131072"),
            Map.entry("offsets.load.buffer.size", "1048576"),
            Map.entry("transaction.state.log.load.buffer.size", "1048576"),
            Map.entry("share.coordinator.load.buffer.size", "1048576"),
            // Index files are laid out at their full size: 10 MiB for each of two per partition by default.
            Map.entry("log.index.size.max.bytes", "1048576"),
            // The registry of metrics is one per JVM; two brokers would only complain about each other's names.
            Map.entry("metric.reporters", ""));

    private BrokerSettings() {}

    /**
     * The settings a client can notice, by their names in Kafka's documentation: for another kind of broker that must
     * behave like the embedded one.
     */
    public static Map<String, String> visibleToClients() {
        return VISIBLE;
    }

    static Map<String, String> of(Path directory, int port, int controllerPort) {
        var settings = new HashMap<>(VISIBLE);
        settings.putAll(LIGHT);
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("log.dirs", directory.toString());
        settings.put("controller.quorum.voters", NODE_ID + "@" + Ports.HOST + ":" + controllerPort);
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put(
                "listeners",
                "PLAINTEXT://%1$s:%2$d,%3$s://%1$s:%4$d"
                        .formatted(Ports.HOST, port, CONTROLLER_LISTENER, controllerPort));
        settings.put("advertised.listeners", "PLAINTEXT://%s:%d".formatted(Ports.HOST, port));
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        return Map.copyOf(settings);
    }
}
