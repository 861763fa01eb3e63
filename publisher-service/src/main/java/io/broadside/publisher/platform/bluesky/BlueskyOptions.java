package io.broadside.publisher.platform.bluesky;

import io.broadside.events.Content;
import io.broadside.publisher.platform.ContentCheck;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Settings that only Bluesky has, as options of a content.
 *
 * @param languages of the text, as BCP 47 names them
 * @param replyTo address of a post that is answered
 */
record BlueskyOptions(List<String> languages, Optional<String> replyTo) {

    static final String LANGUAGES = "bluesky.languages";
    static final String REPLY_TO = "bluesky.replyTo";
    static final Set<String> NAMES = Set.of(LANGUAGES, REPLY_TO);

    private static final int MOST_LANGUAGES = 3;
    /** As long as three languages are that say all they can; a longer text is not looked through. */
    private static final int LONGEST = 200;

    /** Possessive, because Java goes deeper into its stack for each part that it might give back. */
    private static final Pattern LANGUAGE = Pattern.compile("[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*+");

    private static final Pattern POST = Pattern.compile(
            "at://(did:[a-z]{1,64}:[a-zA-Z0-9._:%-]{1,2048})/app\\.bsky\\.feed\\.post/([A-Za-z0-9._~:-]{1,512})");

    BlueskyOptions {
        languages = List.copyOf(languages);
    }

    static BlueskyOptions of(Content content) {
        var languages = Optional.ofNullable(content.getOptions().get(LANGUAGES))
                .map(text -> text.length() > LONGEST
                        ? List.of(text)
                        : List.of(text.strip().split("\\s*,\\s*", -1)))
                .orElse(List.of());
        return new BlueskyOptions(
                languages, Optional.ofNullable(content.getOptions().get(REPLY_TO)));
    }

    void check(ContentCheck check) {
        if (languages.size() > MOST_LANGUAGES) {
            check.add(
                    "content.options." + LANGUAGES,
                    "maxItems",
                    Integer.toString(MOST_LANGUAGES),
                    Integer.toString(languages.size()),
                    "A post on Bluesky names at most " + MOST_LANGUAGES + " languages; leave the others out.");
        }
        if (!languages.stream().allMatch(BlueskyOptions::isLanguage)) {
            check.add(
                    "content.options." + LANGUAGES,
                    "language",
                    "Languages are named like en or pt-BR, with commas between them; correct them.");
        }
        replyTo.filter(uri -> !POST.matcher(uri).matches())
                .ifPresent(_ -> check.add(
                        "content.options." + REPLY_TO,
                        "postAddress",
                        "A post is named by its address, at://did:plc:.../app.bsky.feed.post/..., with the did of the account;"
                                + " correct it."));
    }

    private static boolean isLanguage(String text) {
        return text.length() <= LONGEST && LANGUAGE.matcher(text).matches();
    }

    /** The query that asks for the post that is answered. */
    Optional<String> replyToQuery() {
        return replyTo.map(POST::matcher)
                .filter(address -> address.matches())
                .map(address -> "repo=" + address.group(1) + "&collection=" + RecordKey.COLLECTION + "&rkey="
                        + address.group(2));
    }
}
