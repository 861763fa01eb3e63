package io.broadside.publisher.platform.tiktok;

import static io.broadside.publisher.platform.tiktok.Meaning.ACCOUNT_CAP;
import static io.broadside.publisher.platform.tiktok.Meaning.APP_CAP;
import static io.broadside.publisher.platform.tiktok.Meaning.APP_NOT_ALLOWED;
import static io.broadside.publisher.platform.tiktok.Meaning.BAD_CONTENT;
import static io.broadside.publisher.platform.tiktok.Meaning.BAD_MEDIA;
import static io.broadside.publisher.platform.tiktok.Meaning.CONSENT_WITHDRAWN;
import static io.broadside.publisher.platform.tiktok.Meaning.FAULT;
import static io.broadside.publisher.platform.tiktok.Meaning.MINUTE_LIMIT;
import static io.broadside.publisher.platform.tiktok.Meaning.NOT_ALLOWED;
import static io.broadside.publisher.platform.tiktok.Meaning.NOT_FETCHED;
import static io.broadside.publisher.platform.tiktok.Meaning.NOT_THERE;
import static io.broadside.publisher.platform.tiktok.Meaning.TOKEN_EXPIRED;
import static io.broadside.publisher.platform.tiktok.Meaning.TOO_LATE;
import static io.broadside.publisher.platform.tiktok.Meaning.UNKNOWN;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * TikTok's codes: those of answers ({@code error.code}), and those of posts that failed while TikTok worked on them
 * ({@code fail_reason}).
 *
 * <p>https://developers.tiktok.com/doc/tiktok-api-v2-error-handling,
 * https://developers.tiktok.com/doc/content-posting-api-reference-direct-post,
 * https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status
 */
final class ErrorTable {

    private static final String WAITS = "; the post waits.";

    private static final Map<String, Row> CODES = byCode(
            row("access_token_invalid", TOKEN_EXPIRED, "TikTok no longer accepts the token."),
            row(
                    "scope_not_authorized",
                    NOT_ALLOWED,
                    "The account has not granted the right to post; connect it again and leave that box ticked."),
            row(
                    "scope_permission_missed",
                    APP_NOT_ALLOWED,
                    "The app lacks this product at TikTok; add it in TikTok's developer portal."),
            row("invalid_param", BAD_CONTENT, "TikTok refuses a field of the post; check its text, options and media."),
            row(
                    "invalid_params",
                    BAD_CONTENT,
                    "TikTok refuses a field of the post; check its text, options and media."),
            row("invalid_file_upload", BAD_CONTENT, "TikTok refuses the size or kind of the file; use another one."),
            row(
                    "privacy_level_option_mismatch",
                    BAD_CONTENT,
                    "The account no longer offers this visibility; send the post with another one."),
            row(
                    "unaudited_client_can_only_post_to_private_accounts",
                    APP_NOT_ALLOWED,
                    "TikTok has not audited the app: the account must be private and the post for it alone; pass the audit"
                            + " in TikTok's developer portal."),
            row(
                    "url_ownership_unverified",
                    APP_NOT_ALLOWED,
                    "TikTok fetches media only from addresses verified for the app; verify this one in its developer"
                            + " portal."),
            row(
                    "app_version_check_failed",
                    NOT_ALLOWED,
                    "The owner's TikTok app is too old for this; it must be updated on the phone."),
            row("spam_risk_too_many_posts", ACCOUNT_CAP, "The account has posted all it may within 24 hours" + WAITS),
            row(
                    "spam_risk_too_many_pending_share",
                    ACCOUNT_CAP,
                    "Too many posts wait in the account's inbox; its owner must finish or delete some" + WAITS),
            row(
                    "reached_active_user_cap",
                    APP_CAP,
                    "The app has posted for all accounts it may within 24 hours" + WAITS),
            row(
                    "spam_risk_user_banned_from_posting",
                    NOT_ALLOWED,
                    "TikTok bars the account from posting; its owner finds why in the TikTok app."),
            row("spam_risk", BAD_CONTENT, "TikTok takes the post for spam; change it."),
            row("spam_risk_text", BAD_CONTENT, "TikTok refuses the text as spam or unsafe; change it."),
            row("invalid_publish_id", NOT_THERE, "TikTok does not know the post that was begun."),
            row(
                    "token_not_authorized_for_specified_publish_id",
                    NOT_ALLOWED,
                    "The post was begun for another account of TikTok; connect the account again."),
            row("publish_not_cancellable", TOO_LATE, "TikTok is already publishing the post."),
            row("rate_limit_exceeded", MINUTE_LIMIT, "TikTok's limit of calls in a minute is reached" + WAITS),
            row("internal_error", FAULT, "TikTok reports a fault of its own."));

    private static final Map<String, Row> FAIL_REASONS = byCode(
            row("file_format_check_failed", BAD_MEDIA, "TikTok cannot read the format of the file; use another one."),
            row(
                    "duration_check_failed",
                    BAD_MEDIA,
                    "TikTok calls the video too long or too short for the account; cut it."),
            row(
                    "frame_rate_check_failed",
                    BAD_MEDIA,
                    "TikTok takes videos of 23 to 60 pictures a second; convert the video."),
            row(
                    "picture_size_check_failed",
                    BAD_MEDIA,
                    "TikTok calls the picture too large or too small (videos 360 to 4096 pixels, photos up to 1080p);"
                            + " change its size."),
            row("internal", FAULT, "TikTok reports a fault of its own."),
            row(
                    "video_pull_failed",
                    NOT_FETCHED,
                    "TikTok could not fetch the video; check that its address answers without a redirect."),
            row(
                    "photo_pull_failed",
                    NOT_FETCHED,
                    "TikTok could not fetch a photo; check that its address answers without a redirect."),
            row("auth_removed", CONSENT_WITHDRAWN, "The account's owner has disconnected the app; connect it again."),
            row("publish_cancelled", BAD_CONTENT, "The post was cancelled at TikTok; send it again if it is wanted."));

    private ErrorTable() {}

    /** A line of the table; the sentence is for a person. */
    record Row(String code, Meaning meaning, String sentence) {}

    /** What the code of an answer says; UNKNOWN for what the table does not have. */
    static Row of(String code) {
        return CODES.getOrDefault(
                code, row(code, UNKNOWN, "TikTok refuses for a reason unknown here; its code may tell."));
    }

    /** Why a post failed; posts fail for the reasons of answers too. */
    static Row ofFailure(String reason) {
        var row = FAIL_REASONS.get(reason);
        return row == null ? of(reason) : row;
    }

    private static Row row(String code, Meaning meaning, String sentence) {
        return new Row(code, meaning, sentence);
    }

    private static Map<String, Row> byCode(Row... rows) {
        return List.of(rows).stream().collect(Collectors.toUnmodifiableMap(Row::code, Function.identity()));
    }
}
