package io.broadside.publisher.platform.linkedin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.util.Optional;
import java.util.regex.Pattern;

/** LinkedIn's names of things, as they come back from it. None is used before it was looked at here. */
final class Urns {

    private static final Pattern POST = Pattern.compile("urn:li:(?:share|ugcPost|activity):[0-9]{1,20}");

    /** Their ids may hold more than letters and digits. */
    private static final Pattern MEDIUM =
            Pattern.compile("urn:li:(?:image|video|document|digitalmediaAsset):[A-Za-z0-9_-]{1,128}");

    private Urns() {}

    /** A post, whichever of its kinds: they are never turned into one another. */
    static Optional<String> post(String text) {
        return Optional.of(text.strip()).filter(it -> POST.matcher(it).matches());
    }

    /** The first post that a text names. */
    static Optional<String> postIn(String text) {
        return POST.matcher(text).results().map(hit -> hit.group()).findFirst();
    }

    static boolean isMedium(String text) {
        return MEDIUM.matcher(text).matches();
    }

    /** As a segment of a path, or a value of a query. */
    static String encoded(String urn) {
        return URLEncoder.encode(urn, UTF_8);
    }

    /** Where people see a post. */
    static URI permalink(String postUrn) {
        return URI.create("https://www.linkedin.com/feed/update/" + postUrn + "/");
    }
}
