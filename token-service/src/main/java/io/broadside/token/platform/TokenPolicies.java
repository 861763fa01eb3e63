package io.broadside.token.platform;

import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.platform.TokenPolicy.Schedule;
import java.time.Duration;
import java.util.List;

/**
 * How the tokens of each platform live: the one table of it. Lifetimes are not in it, since platforms change them; they are read
 * from each answer.
 *
 * <p>Which errors of a renewal end a connection is in it too; {@code docs/tokens.md} says the same, and a test compares the two.
 *
 * <table>
 * <caption>renewed by, when, and what ends it</caption>
 * <tr><th>platform</th><th>renewed by</th><th>before its end</th><th>a person must act</th></tr>
 * <tr><td>Bluesky</td><td>a refresh token that works once, and in a session for two hours more</td><td>as set</td>
 *     <td>when it was not renewed for 90 days (session) or two weeks (OAuth)</td></tr>
 * <tr><td>Facebook</td><td>nothing</td><td></td><td>when it is refused: a Page token has no end of its own</td></tr>
 * <tr><td>Instagram</td><td>itself, from the age of a day on</td><td>25 days</td><td>when it was not renewed for 60 days</td></tr>
 * <tr><td>LinkedIn</td><td>a refresh token that works many times; most apps get none</td><td>7 days</td>
 *     <td>a year after the consent; without a refresh token, after 60 days</td></tr>
 * <tr><td>TikTok</td><td>a refresh token that works once</td><td>as set</td><td>when it was not renewed for 180 days</td></tr>
 * <tr><td>X</td><td>a refresh token that works once</td><td>as set</td><td>when it is refused</td></tr>
 * </table>
 */
public final class TokenPolicies {

    /** Kind of an Instagram account that is reached with the token of its Page. */
    public static final String INSTAGRAM_BY_FACEBOOK = "facebook_login";

    /** Kind of an account of LinkedIn that a member speaks for. */
    public static final String LINKEDIN_ORGANIZATION = "organization";

    private TokenPolicies() {}

    /**
     * A session and a sign-in by OAuth are renewed alike. After a lost answer the refresh token is tried once more: in a session that
     * brings the same successor again; by OAuth it either was not used, or what it brought is lost anyway.
     *
     * <p>https://atproto.com/specs/oauth, https://docs.bsky.app/docs/api/com-atproto-server-refresh-session
     */
    public static TokenPolicy bluesky(Refresher refresher) {
        return new TokenPolicy(
                        "user", BlueskyScopes.PUBLISHING, new Renewal.ByRefreshToken(true, refresher), Schedule.USUAL)
                .withWiderScopes(BlueskyScopes::allow)
                .withDeadCodes(
                        // By OAuth; all others are of sessions.
                        "invalid_grant",
                        "ExpiredToken",
                        "InvalidToken",
                        "AuthenticationRequired",
                        "AccountTakedown",
                        "AccountSuspended",
                        "AccountDeactivated",
                        "AccountNotFound");
    }

    /** https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived */
    public static TokenPolicy facebook() {
        return new TokenPolicy(
                "page",
                List.of("pages_show_list", "pages_read_engagement", "pages_manage_posts"),
                new Renewal.ByPerson("Connect the Facebook Page again: its token cannot be renewed without a person."),
                Schedule.USUAL);
    }

    /** https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token */
    public static TokenPolicy instagram(Refresher refresher) {
        return new TokenPolicy(
                        "instagram_login",
                        List.of("instagram_business_basic", "instagram_business_content_publish"),
                        new Renewal.ByItself(refresher),
                        Schedule.of(Duration.ofDays(25)).withMinimumAge(Duration.ofHours(24)))
                .withDeadCodes("3", "10", "100", "102", "190", "200-299")
                .withKind(
                        INSTAGRAM_BY_FACEBOOK,
                        List.of(
                                "instagram_basic",
                                "instagram_content_publish",
                                "pages_show_list",
                                "pages_read_engagement"));
    }

    /** https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens */
    public static TokenPolicy linkedIn(Refresher refresher) {
        return new TokenPolicy(
                        "member",
                        List.of("w_member_social"),
                        new Renewal.ByRefreshToken(false, refresher),
                        Schedule.of(Duration.ofDays(7)))
                // The documents have one of the two, and answers were seen with the other.
                .withDeadCodes("invalid_grant", "invalid_request")
                .withKind(LINKEDIN_ORGANIZATION, List.of("w_organization_social", "r_organization_social"));
    }

    /** https://developers.tiktok.com/doc/oauth-user-access-token-management */
    public static TokenPolicy tikTok(Refresher refresher) {
        return new TokenPolicy(
                        "user",
                        List.of("user.info.basic", "video.publish", "video.list"),
                        new Renewal.ByRefreshToken(true, refresher),
                        Schedule.USUAL)
                .withDeadCodes("invalid_grant");
    }

    /** https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code */
    public static TokenPolicy x(Refresher refresher) {
        return new TokenPolicy(
                        "user",
                        List.of("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
                        new Renewal.ByRefreshToken(true, refresher),
                        Schedule.USUAL)
                .withDeadCodes("invalid_grant", "invalid_request");
    }
}
