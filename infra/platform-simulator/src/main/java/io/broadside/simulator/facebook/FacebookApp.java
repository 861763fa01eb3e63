package io.broadside.simulator.facebook;

/** The application as Facebook knows it. Its secret is of this double only. */
public record FacebookApp(String id, String secret) {
    /** Token of the application itself. */
    String token() {
        return id + "|" + secret;
    }

    @Override
    public String toString() {
        return "FacebookApp[" + id + "]";
    }
}
