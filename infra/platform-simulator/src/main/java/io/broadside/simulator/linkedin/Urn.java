package io.broadside.simulator.linkedin;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A name of something at LinkedIn, for instance {@code urn:li:organization:5550001}. */
record Urn(String kind, String id) {
    static final String PERSON = "person";
    static final String ORGANIZATION = "organization";
    static final Set<String> POSTS = Set.of("share", "ugcPost");

    private static final Pattern FORM = Pattern.compile("urn:li:([A-Za-z]+):([A-Za-z0-9_:,()%-]+)");

    /** Empty when it is no URN. */
    static Optional<Urn> of(String text) {
        var matcher = FORM.matcher(text);
        return matcher.matches() ? Optional.of(new Urn(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    static String person(String id) {
        return new Urn(PERSON, id).toString();
    }

    static String organization(String id) {
        return new Urn(ORGANIZATION, id).toString();
    }

    @Override
    public String toString() {
        return "urn:li:" + kind + ":" + id;
    }
}
