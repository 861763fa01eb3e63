package io.broadside.simulator;

/** The simulator as its own process. {@code SIMULATOR_PORT} and {@code SIMULATOR_DATA} tell where. */
final class Main {
    private Main() {}

    static void main() {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/broadside/simulator/logback.xml");
        }
        // The threads of the server keep the process alive.
        var simulator = PlatformSimulator.start(SimulatorConfig.from(System.getenv()));
        Runtime.getRuntime().addShutdownHook(new Thread(simulator::close));
    }
}
