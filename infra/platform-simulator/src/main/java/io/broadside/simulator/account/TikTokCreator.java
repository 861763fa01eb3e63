package io.broadside.simulator.account;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A creator of TikTok and the newest pair of tokens.
 *
 * @param id the open_id, which belongs to the creator and the application
 * @param expiresAt when the access token expires; absent: never, which the real network does not have
 * @param refreshExpiresAt when the refresh token expires; absent: never
 * @param isPrivate whether the account shows its videos to followers only
 * @param scope what was granted, with commas in between; absent: everything
 */
public record TikTokCreator(
        String id,
        String name,
        String accessToken,
        String refreshToken,
        Optional<Instant> expiresAt,
        Optional<Instant> refreshExpiresAt,
        boolean isPrivate,
        Optional<String> scope)
        implements Account {
    /** Everything that an application can be granted here. */
    public static final String ALL_SCOPES = "user.info.basic,video.publish,video.upload,video.list";

    public TikTokCreator {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(accessToken, "accessToken");
        requireNonNull(refreshToken, "refreshToken");
    }

    public static TikTokCreator of(String openId, String username, String accessToken, String refreshToken) {
        return new TikTokCreator(
                openId,
                username,
                accessToken,
                refreshToken,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty());
    }

    @Override
    public Platform platform() {
        return Platform.TIKTOK;
    }

    @Override
    public Tokens tokens() {
        return new Tokens(accessToken, Optional.of(refreshToken));
    }

    public List<String> scopes() {
        return List.of(scope.orElse(ALL_SCOPES).split(",", -1));
    }

    public TikTokCreator withExpiresAt(Instant access, Instant refresh) {
        return new TikTokCreator(
                id, name, accessToken, refreshToken, Optional.of(access), Optional.of(refresh), isPrivate, scope);
    }

    public TikTokCreator withTokens(String access, String refresh, Instant accessExpires, Instant refreshExpires) {
        return new TikTokCreator(
                id, name, access, refresh, Optional.of(accessExpires), Optional.of(refreshExpires), isPrivate, scope);
    }

    public TikTokCreator withScope(String granted) {
        return new TikTokCreator(
                id, name, accessToken, refreshToken, expiresAt, refreshExpiresAt, isPrivate, Optional.of(granted));
    }

    public TikTokCreator asPrivate() {
        return new TikTokCreator(id, name, accessToken, refreshToken, expiresAt, refreshExpiresAt, true, scope);
    }
}
