package io.broadside.simulator.account;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A Facebook Page and the person who manages it.
 *
 * @param expiresAt when the Page token expires; absent: never, as with tokens derived from a long-lived user token
 * @param userId the person; absent: found by the user token, or invented
 * @param userToken token of the person who manages the Page; Pages with the same one have the same person
 * @param userExpiresAt when the user token expires; absent: never
 * @param businessId the business it belongs to: its person reaches it by that business alone
 */
public record FacebookPage(
        String id,
        String name,
        String pageToken,
        Optional<Instant> expiresAt,
        Optional<String> userId,
        Optional<String> userToken,
        Optional<Instant> userExpiresAt,
        Optional<String> businessId)
        implements Account {
    public FacebookPage {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(pageToken, "pageToken");
    }

    @Override
    public Platform platform() {
        return Platform.FACEBOOK;
    }

    @Override
    public Tokens tokens() {
        return new Tokens(pageToken, Optional.empty());
    }

    public static FacebookPage of(String id, String name, String pageToken) {
        return new FacebookPage(
                id,
                name,
                pageToken,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public FacebookPage withUserToken(String token) {
        return new FacebookPage(id, name, pageToken, expiresAt, userId, Optional.of(token), userExpiresAt, businessId);
    }

    public FacebookPage withUserId(String user) {
        return new FacebookPage(
                id, name, pageToken, expiresAt, Optional.of(user), userToken, userExpiresAt, businessId);
    }

    public FacebookPage withUserExpiresAt(Instant instant) {
        return new FacebookPage(id, name, pageToken, expiresAt, userId, userToken, Optional.of(instant), businessId);
    }

    public FacebookPage withPageToken(String token) {
        return new FacebookPage(id, name, token, expiresAt, userId, userToken, userExpiresAt, businessId);
    }

    public FacebookPage withExpiresAt(Instant instant) {
        return new FacebookPage(
                id, name, pageToken, Optional.of(instant), userId, userToken, userExpiresAt, businessId);
    }

    public FacebookPage withBusinessId(String business) {
        return new FacebookPage(
                id, name, pageToken, expiresAt, userId, userToken, userExpiresAt, Optional.of(business));
    }
}
