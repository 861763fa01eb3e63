package io.broadside.token.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Settings;
import io.broadside.schemas.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlueskyScopesTest {

    private final TokenPolicy policy =
            TokenPolicies.bluesky((_, _) -> new RefreshAnswer.NotNow(ErrorCode.INTERNAL, Optional.empty()));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            atproto transition:generic                                                          |
            atproto repo:app.bsky.feed.post?action=create&action=update blob:*/*                |
            atproto repo:* blob:*/*                                                             |
            atproto repo:app.bsky.feed.post blob?accept=image/*&accept=video/*                  |
            atproto repo?collection=app.bsky.feed.like&collection=app.bsky.feed.post blob:%2A/* |
            transition:generic                                                                  | atproto
            atproto repo:app.bsky.feed.post?action=create blob:*/*                              | repo:app.bsky.feed.post?action=update
            atproto repo:app.bsky.feed.post?action=update blob:image/*                          | repo:app.bsky.feed.post?action=create blob:*/*
            atproto                                                                             | repo:app.bsky.feed.post?action=create repo:app.bsky.feed.post?action=update blob:*/*
            atproto repo:app.bsky.feed.like repository:* blobs:*/* rpc:*?aud=* blob:%zz         | repo:app.bsky.feed.post?action=create repo:app.bsky.feed.post?action=update blob:*/*
            """)
    void publishingNeedsToPutPostsAndFiles(String granted, String missing) {
        assertThat(policy.missingFrom("user", TokenEndpoint.scopes(granted)))
                .isEqualTo(missing == null ? List.of() : TokenEndpoint.scopes(missing));
    }

    @Test
    void whatTheWiderScopeAllowedIsWithdrawnWithIt() {
        assertThat(policy.withdrawn("user", List.of("atproto", "transition:generic"), List.of("atproto")))
                .contains("repo:app.bsky.feed.post?action=create");
        assertThat(policy.withdrawn(
                        "user",
                        List.of("atproto", "transition:generic"),
                        List.of("atproto", "repo:app.bsky.feed.post", "blob:*/*")))
                .isEmpty();
    }

    @Test
    void whoAsksForTooLittleIsToldAtTheStart() {
        assertThatThrownBy(() -> SignIns.Config.from(
                        Settings.from(Map.of("BLUESKY_CONNECT_SCOPES", "atproto,transition:email"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("BLUESKY_CONNECT_SCOPES")
                .hasMessageContaining("blob:*/*");
    }
}
