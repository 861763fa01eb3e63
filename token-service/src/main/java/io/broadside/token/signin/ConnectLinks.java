package io.broadside.token.signin;

import io.broadside.token.signin.Envelopes.Purpose;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Links with which somebody who has no key connects accounts of one profile. A link is good until its time is over, for the ways it
 * names; what is in it is sealed, and whoever has it may use it.
 */
public final class ConnectLinks {

    private final Envelopes envelopes;
    private final Clock clock;

    public ConnectLinks(Envelopes envelopes, Clock clock) {
        this.envelopes = envelopes;
        this.clock = clock;
    }

    /**
     * What a link is good for.
     *
     * @param platforms platforms whose accounts may be connected
     * @param returnUrl where the person is sent afterwards; absent: nowhere
     */
    public record Link(String profileId, List<String> platforms, Optional<URI> returnUrl) {
        public Link {
            platforms = List.copyOf(platforms);
        }
    }

    /** A link, and when its time is over. */
    public record Made(String token, Instant expiresAt) {}

    /** The token that stands in its address. */
    public Made make(Link link, Duration lives) {
        var until = clock.instant().plus(lives);
        var content = Envelopes.content().put("profile", link.profileId());
        var platforms = content.putArray("platforms");
        link.platforms().forEach(platforms::add);
        link.returnUrl().ifPresent(url -> content.put("return", url.toString()));
        return new Made(envelopes.seal(Purpose.LINK, content, until), until);
    }

    /** What a token is good for; empty if it is none, or its time is over. */
    public Optional<Link> open(String token) {
        return envelopes.open(Purpose.LINK, token).map(content -> {
            var platforms = new ArrayList<String>();
            content.path("platforms").forEach(platform -> platforms.add(platform.asText()));
            return new Link(
                    content.path("profile").asText(),
                    platforms,
                    Optional.of(content.path("return").asText(""))
                            .filter(url -> !url.isEmpty())
                            .map(URI::create));
        });
    }
}
