package io.broadside.publisher.platform;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** Addresses that come from outside: http or https, with a host, without credentials. */
public final class WebAddress {

    private WebAddress() {}

    /** The address as ASCII, its scheme in lower case; empty if it is not one that may be used. */
    public static Optional<URI> of(String text) {
        try {
            var uri = new URI(text.strip());
            var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                return Optional.empty();
            }
            if (uri.getHost() == null
                    || uri.getHost().isEmpty()
                    || uri.getRawUserInfo() != null
                    || uri.getPort() > 65_535) {
                return Optional.empty();
            }
            return Optional.of(new URI(scheme + uri.toASCIIString().substring(scheme.length())));
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }
}
