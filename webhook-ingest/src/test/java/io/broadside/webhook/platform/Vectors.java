package io.broadside.webhook.platform;

import io.broadside.webhook.platform.facebook.FacebookWebhooks;
import io.broadside.webhook.platform.x.XWebhooks;
import java.util.List;
import java.util.Optional;

/** The signed deliveries that all platforms' tests begin with. */
public final class Vectors {

    public static final String META_SECRET = "example-app-secret";
    public static final String X_SECRET = "x_test_consumer_secret_0123456789";

    public static final Vector FACEBOOK_COMMENT = new Vector(
            "a comment on a Page, its letters escaped",
            new FacebookWebhooks(),
            META_SECRET,
            "{\"object\":\"page\",\"entry\":[{\"id\":\"1000000001\",\"time\":1795000000,\"changes\":[{\"field\":\"feed\",\"value\":"
                    + "{\"item\":\"comment\",\"verb\":\"add\",\"message\":\"caf\\u00e9 \\ud83d\\ude00\"}}]}]}",
            Optional.of("sha256=b6f2bf025794d236bf2658107bd19f68053ead65882e4ccbebed187c666dfc82"),
            "application/json");

    public static final Vector FACEBOOK_DEAUTHORISATION = new Vector(
            "a person who removes the app",
            new FacebookWebhooks(),
            META_SECRET,
            "signed_request=F-zC-lATPuVhthm5akfm0owSvJ-hgN0ZNzB3itGdY4A.eyJ1c2VyX2lkIjoiMjAwMDAwMDAwMiIsImFsZ29yaXRobSI6"
                    + "IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNzk1MDAwMDAwLCJleHBpcmVzIjoxNzk1MDAzNjAwfQ",
            Optional.empty(),
            "application/x-www-form-urlencoded");

    public static final Vector X_POST = new Vector(
            "a post of an X account",
            new XWebhooks(),
            X_SECRET,
            "{\"data\":{\"event_uuid\":\"2080761390344937796\",\"filter\":{\"user_id\":\"1111111111111111111\"},\"event_type\":"
                    + "\"post.create\",\"tag\":\"acct-42\",\"payload\":{\"id\":\"2080761390344937001\",\"author_id\":"
                    + "\"1111111111111111111\",\"created_at\":\"2026-11-20T10:15:30.000Z\",\"text\":\"hello é\"}}}",
            Optional.of("sha256=MDUUFwJJkt6qXIeD1iYzSWdELp1UGBwWc1ytVEUeKGA="),
            "application/json");

    public static final Vector X_REVOCATION = new Vector(
            "a token of X revoked",
            new XWebhooks(),
            X_SECRET,
            "{\"data\":{\"event_uuid\":\"5934540941047412905\",\"filter\":{},\"event_type\":\"oauth.revoke\",\"payload\":"
                    + "{\"date_time\":\"2026-11-20T10:20:00+00:00\",\"user_id\":\"1111111111111111111\",\"app_id\":\"29820954\"}}}",
            Optional.of("sha256=ANrs4nBsv4JBGYy8cwE4gV8R/6Mdrl3hwNLduLPVANQ="),
            "application/json");

    private Vectors() {}

    public static List<Vector> all() {
        return List.of(FACEBOOK_COMMENT, FACEBOOK_DEAUTHORISATION, X_POST, X_REVOCATION);
    }
}
