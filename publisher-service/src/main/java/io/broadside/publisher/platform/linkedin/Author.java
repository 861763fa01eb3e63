package io.broadside.publisher.platform.linkedin;

import io.broadside.events.PublishCommand;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * In whose name a post is made: a member or an organisation.
 *
 * @param urn for instance {@code urn:li:organization:5550001}
 */
record Author(String urn, boolean isOrganization) {

    private static final Pattern URN = Pattern.compile("urn:li:(person|organization):([A-Za-z0-9_-]{1,64})");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /**
     * From the command's account: an id together with the kind of account, or a whole URN. Empty where neither says whose it
     * is; a guess could post in a wrong name.
     */
    static Optional<Author> of(PublishCommand command) {
        return of(command.getAccountId(), command.getAccountKind());
    }

    static Optional<Author> of(String accountId, String accountKind) {
        var whole = URN.matcher(accountId);
        if (whole.matches()) {
            return Optional.of(new Author(accountId, whole.group(1).equals("organization")));
        }
        if (!ID.matcher(accountId).matches()) {
            return Optional.empty();
        }
        return switch (accountKind.toLowerCase(Locale.ROOT)) {
            case "member", "person", "user" -> Optional.of(new Author("urn:li:person:" + accountId, false));
            case "organization", "page" -> Optional.of(new Author("urn:li:organization:" + accountId, true));
            default -> Optional.empty();
        };
    }
}
