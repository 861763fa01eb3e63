package io.broadside.publisher.platform.graph;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What Meta tells in words alone: errors that come with codes which mean something else as a rule. Of {@code message}, which
 * is in English whatever the user's language, only these words are looked for, and nothing of it is kept.
 */
public enum Phrase {
    /** The account is no longer a professional one. */
    NO_BUSINESS_ACCOUNT("not an instagram business", Meaning.TOKEN_REVOKED),
    /** The person must pass a check first. */
    LOG_IN_FIRST("cannot access the app till you log in", Meaning.TOKEN_REVOKED),
    SESSION_MALFORMED("session key is malformed", Meaning.TOKEN_REVOKED),
    /** The token is a person's, not the Page's. */
    ONLY_AS_THE_PAGE("unpublished posts must be posted to a page as the page itself", Meaning.NOT_ALLOWED),
    PAGE_RIGHTS_MISSING("must be granted before impersonating", Meaning.NOT_ALLOWED);

    private final String words;
    private final Meaning meaning;

    Phrase(String words, Meaning meaning) {
        this.words = words;
        this.meaning = meaning;
    }

    Meaning meaning() {
        return meaning;
    }

    static Optional<Phrase> in(String message) {
        var text = message.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(phrase -> text.contains(phrase.words))
                .findFirst();
    }

    /**
     * The same for a person.
     *
     * @param platform its name, as people write it
     * @param account what is connected, with its article: the Page
     */
    String sentence(String platform, String account) {
        return switch (this) {
            case NO_BUSINESS_ACCOUNT ->
                "The account is no longer a professional one; make it one again, then connect it again.";
            case LOG_IN_FIRST -> platform + " wants the person to log in on facebook.com; connect again after that.";
            case SESSION_MALFORMED -> platform + " calls the token invalid; connect " + account + " again.";
            case ONLY_AS_THE_PAGE -> "The token is not that of the Page; connect " + account + " again.";
            case PAGE_RIGHTS_MISSING ->
                "The connection lacks rights on the Page; connect " + account + " again and grant them.";
        };
    }
}
