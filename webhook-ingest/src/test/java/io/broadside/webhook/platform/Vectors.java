package io.broadside.webhook.platform;

import io.broadside.webhook.platform.linkedin.LinkedInWebhooks;
import io.broadside.webhook.platform.meta.MetaWebhooks;
import io.broadside.webhook.platform.tiktok.TikTokWebhooks;
import io.broadside.webhook.platform.x.XWebhooks;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The signed deliveries that all platforms' tests begin with. */
public final class Vectors {

    public static final String META_SECRET = "example-app-secret";
    public static final String X_SECRET = "x_test_consumer_secret_0123456789";
    public static final String LINKEDIN_SECRET = "li_test_client_secret_ABCDEF";
    public static final String TIKTOK_SECRET = "tt_test_client_secret_987654";

    public static final Vector FACEBOOK_COMMENT = Vector.of(
            "a comment on a Page, its letters escaped",
            MetaWebhooks.facebook(),
            META_SECRET,
            "{\"object\":\"page\",\"entry\":[{\"id\":\"1000000001\",\"time\":1795000000,\"changes\":[{\"field\":\"feed\",\"value\":"
                    + "{\"item\":\"comment\",\"verb\":\"add\",\"message\":\"caf\\u00e9 \\ud83d\\ude00\"}}]}]}",
            "sha256=b6f2bf025794d236bf2658107bd19f68053ead65882e4ccbebed187c666dfc82",
            "2026-11-18T12:00:00Z");

    public static final Vector FACEBOOK_DEAUTHORISATION =
            signedRequest("a person who removes the app", Callback.DEAUTHORIZE);

    public static final Vector FACEBOOK_DATA_DELETION =
            signedRequest("a person who wants their data deleted", Callback.DATA_DELETION);

    public static final Vector THREADS_POST = Vector.of(
            "a post on Threads",
            MetaWebhooks.threads(),
            META_SECRET,
            "{\"app_id\":\"3000000003\",\"topic\":\"interaction\",\"target_id\":\"4000000004\",\"time\":1795000000,"
                    + "\"subscription_id\":\"5000000005\",\"has_uid_field\":false,\"values\":{\"value\":{\"id\":\"6000000006\","
                    + "\"media_type\":\"TEXT_POST\",\"permalink\":\"https:\\/\\/www.threads.com\\/@demo\\/post\\/AbC\","
                    + "\"timestamp\":\"2026-11-18T10:00:00+0000\",\"username\":\"demo\"},\"field\":\"publish\"}}",
            "sha256=d327c976e7e96eea7396b9a0779037664d6b729ad1a2a961dad3549bb94b39a7",
            "2026-11-18T12:00:00Z");

    public static final Vector X_POST = Vector.of(
            "a post of an X account",
            new XWebhooks(),
            X_SECRET,
            "{\"data\":{\"event_uuid\":\"2080761390344937796\",\"filter\":{\"user_id\":\"1111111111111111111\"},\"event_type\":"
                    + "\"post.create\",\"tag\":\"acct-42\",\"payload\":{\"id\":\"2080761390344937001\",\"author_id\":"
                    + "\"1111111111111111111\",\"created_at\":\"2026-11-20T10:15:30.000Z\",\"text\":\"hello é\"}}}",
            "sha256=MDUUFwJJkt6qXIeD1iYzSWdELp1UGBwWc1ytVEUeKGA=",
            "2026-11-20T10:15:31Z");

    public static final Vector X_REVOCATION = Vector.of(
            "a token of X revoked",
            new XWebhooks(),
            X_SECRET,
            "{\"data\":{\"event_uuid\":\"5934540941047412905\",\"filter\":{},\"event_type\":\"oauth.revoke\",\"payload\":"
                    + "{\"date_time\":\"2026-11-20T10:20:00+00:00\",\"user_id\":\"1111111111111111111\",\"app_id\":\"29820954\"}}}",
            "sha256=ANrs4nBsv4JBGYy8cwE4gV8R/6Mdrl3hwNLduLPVANQ=",
            "2026-11-20T10:20:01Z");

    public static final Vector LINKEDIN_COMMENT = Vector.of(
            "a comment on an organization's post",
            new LinkedInWebhooks(),
            LINKEDIN_SECRET,
            "{\"type\":\"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS\",\"notifications\":[{\"notificationId\":1001,"
                    + "\"organizationalEntity\":\"urn:li:organization:5550001\",\"action\":\"COMMENT\",\"sourcePost\":"
                    + "\"urn:li:share:7300000000000000001\",\"generatedActivity\":"
                    + "\"urn:li:comment:(urn:li:activity:7300000000000000002,7300000000000000003)\",\"lastModifiedAt\":"
                    + "1795169730000,\"subscriber\":\"urn:li:person:AbC123\"}]}",
            "75149ede80c5e9d3c148867e8920443ed9bb97873b2478ba5e0146da05808aca",
            "2026-11-20T10:15:31Z");

    public static final Vector LINKEDIN_COMMENT_IN_CAPITALS = Vector.of(
            "the same comment, its signature in capitals",
            new LinkedInWebhooks(),
            LINKEDIN_SECRET,
            LINKEDIN_COMMENT.body(),
            "75149EDE80C5E9D3C148867E8920443ED9BB97873B2478BA5E0146DA05808ACA",
            "2026-11-20T10:15:31Z");

    public static final Vector TIKTOK_POST = Vector.of(
            "a TikTok video that is out",
            new TikTokWebhooks(),
            TIKTOK_SECRET,
            "{\"client_key\":\"awtestclientkey01\",\"event\":\"post.publish.complete\",\"create_time\":1795169725,"
                    + "\"user_openid\":\"_000abcDEFtestOpenId\",\"content\":\"{\\\"publish_id\\\":"
                    + "\\\"v_pub_file~v2-1.700000000000000001\\\",\\\"publish_type\\\":\\\"DIRECT_PUBLISH\\\"}\"}",
            "t=1795169730,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54",
            "2026-11-20T10:15:31Z");

    public static final Vector TIKTOK_REMOVAL = Vector.of(
            "a TikTok user who disconnects",
            new TikTokWebhooks(),
            TIKTOK_SECRET,
            "{\"client_key\":\"awtestclientkey01\",\"event\":\"authorization.removed\",\"create_time\":1795169800,"
                    + "\"user_openid\":\"_000abcDEFtestOpenId\",\"content\":\"{\\\"reason\\\": 1 }\"}",
            "t=1795169801,s=e88768b262a3afe1ffe8b9fcc53af1d0f3eb01718dbc2bba0f73f8e2408636ac",
            "2026-11-20T10:16:42Z");

    private Vectors() {}

    public static List<Vector> all() {
        return List.of(
                FACEBOOK_COMMENT,
                FACEBOOK_DEAUTHORISATION,
                FACEBOOK_DATA_DELETION,
                THREADS_POST,
                X_POST,
                X_REVOCATION,
                LINKEDIN_COMMENT,
                LINKEDIN_COMMENT_IN_CAPITALS,
                TIKTOK_POST,
                TIKTOK_REMOVAL);
    }

    private static Vector signedRequest(String name, Callback callback) {
        return new Vector(
                name,
                MetaWebhooks.facebook(),
                callback,
                META_SECRET,
                "signed_request=F-zC-lATPuVhthm5akfm0owSvJ-hgN0ZNzB3itGdY4A.eyJ1c2VyX2lkIjoiMjAwMDAwMDAwMiIsImFsZ29yaXRobSI6"
                        + "IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNzk1MDAwMDAwLCJleHBpcmVzIjoxNzk1MDAzNjAwfQ",
                Optional.empty(),
                "application/x-www-form-urlencoded",
                Instant.parse("2026-11-18T12:00:00Z"));
    }
}
