package io.broadside.simulator.account;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member of LinkedIn, the newest tokens, and the organizations the member looks after.
 *
 * @param id as in {@code urn:li:person:<id>}
 * @param refreshToken absent: the application gets none for this member, as most do
 * @param expiresAt when the access token expires; absent: never, which the real network does not have
 * @param refreshExpiresAt when the refresh token expires, whatever happens; absent: never
 * @param scopes what the member granted
 */
public record LinkedInMember(
        String id,
        String name,
        String accessToken,
        Optional<String> refreshToken,
        Optional<Instant> expiresAt,
        Optional<Instant> refreshExpiresAt,
        List<String> scopes,
        List<Organization> organizations)
        implements Account {
    /** Everything publishing needs; reading a member's own posts is granted to nobody. */
    public static final List<String> ALL_SCOPES = List.of(
            "openid",
            "profile",
            "email",
            "w_member_social",
            "w_organization_social",
            "r_organization_social",
            "rw_organization_admin");

    public LinkedInMember {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(accessToken, "accessToken");
        scopes = List.copyOf(scopes);
        organizations = List.copyOf(organizations);
    }

    @JsonCreator
    static LinkedInMember fromJson(
            @JsonProperty("id") String id,
            @JsonProperty("name") String name,
            @JsonProperty("accessToken") String accessToken,
            @JsonProperty("refreshToken") Optional<String> refreshToken,
            @JsonProperty("expiresAt") Optional<Instant> expiresAt,
            @JsonProperty("refreshExpiresAt") Optional<Instant> refreshExpiresAt,
            @JsonProperty("scopes") @Nullable List<String> scopes,
            @JsonProperty("organizations") @Nullable List<Organization> organizations) {
        return new LinkedInMember(
                id,
                name,
                accessToken,
                refreshToken,
                expiresAt,
                refreshExpiresAt,
                requireNonNullElse(scopes, ALL_SCOPES),
                requireNonNullElse(organizations, List.of()));
    }

    @Override
    public Platform platform() {
        return Platform.LINKEDIN;
    }

    @Override
    public Tokens tokens() {
        return new Tokens(accessToken, refreshToken);
    }

    public static LinkedInMember of(String id, String name, String accessToken) {
        return new LinkedInMember(
                id, name, accessToken, Optional.empty(), Optional.empty(), Optional.empty(), ALL_SCOPES, List.of());
    }

    public LinkedInMember withRefreshToken(String token, Instant end) {
        return new LinkedInMember(
                id, name, accessToken, Optional.of(token), expiresAt, Optional.of(end), scopes, organizations);
    }

    public LinkedInMember withAccessToken(String token, Instant end) {
        return new LinkedInMember(
                id, name, token, refreshToken, Optional.of(end), refreshExpiresAt, scopes, organizations);
    }

    public LinkedInMember withExpiresAt(Instant instant) {
        return withAccessToken(accessToken, instant);
    }

    public LinkedInMember withScopes(String... granted) {
        return withScopes(List.of(granted));
    }

    public LinkedInMember withScopes(List<String> granted) {
        return new LinkedInMember(
                id, name, accessToken, refreshToken, expiresAt, refreshExpiresAt, granted, organizations);
    }

    public LinkedInMember withOrganizations(Organization... looked) {
        return new LinkedInMember(
                id, name, accessToken, refreshToken, expiresAt, refreshExpiresAt, scopes, List.of(looked));
    }

    /**
     * A company's page.
     *
     * @param id as in {@code urn:li:organization:<id>}
     * @param role of the member there, for instance ADMINISTRATOR or ANALYST
     */
    public record Organization(String id, String name, String role) {
        public Organization {
            requireNonNull(id, "id");
            requireNonNull(name, "name");
            requireNonNull(role, "role");
        }

        public static Organization of(String id, String name) {
            return new Organization(id, name, "ADMINISTRATOR");
        }
    }
}
