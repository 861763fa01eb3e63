package io.broadside.local;

import java.io.IOException;
import picocli.CommandLine.Option;

/** Where the running stack is that a command talks to. */
final class PortOptions {

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "The offset the stack was started with (default: 0).")
    private int portOffset;

    Ports ports() throws IOException {
        return ports(portOffset);
    }

    static Ports ports(int portOffset) throws IOException {
        if (portOffset < 0 || portOffset > Ports.MOST) {
            throw new IOException("--port-offset: from 0 to " + Ports.MOST + " needed, was " + portOffset + ".");
        }
        return new Ports(portOffset);
    }
}
