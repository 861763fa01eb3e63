package io.broadside.simulator.x;

/** The application as X knows it. Its secrets are of this double only. */
public record XClient(String clientId, String clientSecret) {
    /** Whether this is the text of a Basic header, already decoded, of the application. */
    boolean isBasic(String decoded) {
        return decoded.equals(clientId + ":" + clientSecret);
    }

    @Override
    public String toString() {
        return "XClient[" + clientId + "]";
    }
}
