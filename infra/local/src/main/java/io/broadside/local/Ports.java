package io.broadside.local;

import java.net.URI;

/**
 * Where the parts of a local stack listen, on 127.0.0.1.
 *
 * @param offset added to every default port, so that several stacks can run side by side
 */
record Ports(int offset) {

    static final int MOST = 30_000;

    int kafka() {
        return 9092 + offset;
    }

    int controller() {
        return 9093 + offset;
    }

    int registry() {
        return 8081 + offset;
    }

    int tokenService() {
        return 8080 + offset;
    }

    int tokenManagement() {
        return 9080 + offset;
    }

    int publisher() {
        return 8082 + offset;
    }

    int postsApi() {
        return 8088 + offset;
    }

    int webhookIngest() {
        return 8083 + offset;
    }

    int webhookManagement() {
        return 9083 + offset;
    }

    int retryService() {
        return 8084 + offset;
    }

    int retryApi() {
        return 8085 + offset;
    }

    int simulator() {
        return 8090 + offset;
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafka();
    }

    URI at(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }
}
