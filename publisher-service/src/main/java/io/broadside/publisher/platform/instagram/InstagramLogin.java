package io.broadside.publisher.platform.instagram;

import io.broadside.events.PublishCommand;

/** How an account was connected: its tokens work at one host only. Publishing is the same at both. */
enum InstagramLogin {
    /** {@code graph.instagram.com}; no Facebook Page needed. */
    INSTAGRAM,
    /** {@code graph.facebook.com}, through the Facebook Page that the account belongs to. */
    FACEBOOK;

    /** The kind of account that its connection names for Instagram login. */
    static final String INSTAGRAM_KIND = "instagram_login";

    /** Facebook login wherever nothing says otherwise: it was there first. */
    static InstagramLogin of(PublishCommand command) {
        return command.getAccountKind().equals(INSTAGRAM_KIND) ? INSTAGRAM : FACEBOOK;
    }
}
