package io.broadside.token.signin;

import io.broadside.runtime.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where people may be sent back to: addresses that were allowed beforehand, and no other. An allowed address that ends in a slash
 * stands for everything below it.
 */
public final class ReturnUrls {

    private static final int LONGEST = 1024;

    private final List<URI> allowed;

    private ReturnUrls(List<URI> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /**
     * Takes the allowed ones.
     *
     * @param setting where they come from, for the error
     */
    static ReturnUrls of(String setting, List<String> allowed) {
        return new ReturnUrls(allowed.stream()
                .map(text -> parsed(text)
                        .filter(uri -> uri.getRawQuery() == null)
                        .orElseThrow(() -> new ConfigException(setting
                                + ": http or https addresses with a host and a path, without query and fragment, needed,"
                                + " was " + text)))
                .toList());
    }

    /** The address, if people may be sent there. */
    public Optional<URI> admitted(String text) {
        return parsed(text).filter(uri -> allowed.stream().anyMatch(known -> covers(known, uri)));
    }

    private static boolean covers(URI known, URI uri) {
        var isSamePlace = known.getScheme().equalsIgnoreCase(uri.getScheme())
                && authority(known).equals(authority(uri));
        var path = known.getRawPath();
        return isSamePlace
                && (path.endsWith("/")
                        ? uri.getRawPath().startsWith(path)
                        : uri.getRawPath().equals(path));
    }

    /** Nothing that one reader takes for another place than the next: no user, no detours, no backslashes. */
    private static Optional<URI> parsed(String text) {
        if (text.length() > LONGEST || text.contains("\\")) {
            return Optional.empty();
        }
        try {
            var uri = new URI(text);
            var isHttp = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            var isPlain = isHttp
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && uri.getRawPath().startsWith("/")
                    && !uri.getRawPath().toLowerCase(Locale.ROOT).contains("%2")
                    && uri.normalize().equals(uri);
            return isPlain ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    private static String authority(URI uri) {
        return uri.getRawAuthority().toLowerCase(Locale.ROOT);
    }
}
