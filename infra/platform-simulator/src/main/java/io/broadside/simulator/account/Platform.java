package io.broadside.simulator.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * The name of a network. Which ones are doubled is not known here.
 *
 * @param id as it is written in paths and JSON
 */
public record Platform(@JsonValue String id) {
    public static final Platform FACEBOOK = new Platform("facebook");
    public static final Platform BLUESKY = new Platform("bluesky");
    public static final Platform X = new Platform("x");
    public static final Platform LINKEDIN = new Platform("linkedin");
    public static final Platform TIKTOK = new Platform("tiktok");

    public Platform {
        if (!id.matches("[a-z0-9_-]+")) {
            throw new IllegalArgumentException("platform: an id of small letters and digits needed, was " + id);
        }
    }

    /** By its id, in any case. */
    @JsonCreator
    public static Platform of(String id) {
        return new Platform(id.toLowerCase(Locale.ROOT));
    }
}
