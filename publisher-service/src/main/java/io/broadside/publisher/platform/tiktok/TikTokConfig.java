package io.broadside.publisher.platform.tiktok;

import io.broadside.publisher.platform.WebAddress;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How TikTok is reached and published to.
 *
 * @param apiUri where the API is, without version
 * @param apiVersion version of the API, for instance v2
 * @param isAudited whether TikTok has audited the app; one that is not may only post what nobody but the account sees
 * @param verifiedUrls beginnings of addresses that TikTok was shown to be ours; empty if nobody said which
 * @param pullsVideos whether TikTok fetches videos itself, unless a post says otherwise
 * @param chunkBytes size of the pieces a video is uploaded in
 * @param processingLimit for how long TikTok may work on a post until a person is asked to look
 */
public record TikTokConfig(
        URI apiUri,
        String apiVersion,
        boolean isAudited,
        List<String> verifiedUrls,
        boolean pullsVideos,
        int chunkBytes,
        Duration processingLimit) {

    /** TikTok's 5 MB, taken as 2^20 bytes each: enough whichever it means. */
    private static final int SMALLEST_CHUNK = 5 * 1024 * 1024;

    /** TikTok's 64 MB, taken as 10^6 bytes each: not too much whichever it means. */
    private static final int LARGEST_CHUNK = 64_000_000;

    private static final Setting API_URI =
            Setting.of("TIKTOK_API_URI", "https://open.tiktokapis.com", "Where TikTok's API is, without the version.");
    private static final Setting API_VERSION = Setting.of("TIKTOK_API_VERSION", "v2", "Version of TikTok's API.");
    private static final Setting APP_AUDITED = Setting.of(
            "TIKTOK_APP_AUDITED",
            "true",
            "Whether TikTok has audited the app. With false, posts go out for the account alone, anything more public is"
                    + " refused before it is sent, and TikTok wants the accounts themselves to be private.");
    private static final Setting VERIFIED_URLS = Setting.optional(
            "TIKTOK_VERIFIED_URLS",
            "Beginnings of the addresses that TikTok may fetch media from, separated by commas, each https and up to a"
                    + " slash, as verified in its developer portal: https://media.example.org/. Given, media elsewhere are"
                    + " refused before anything is sent; not given, TikTok refuses them.");
    private static final Setting PULL_VIDEOS = Setting.of(
            "TIKTOK_PULL_VIDEOS",
            "false",
            "Whether TikTok fetches videos itself, from verified addresses. It spares the publisher the bytes, but a lost"
                    + " answer then ends UNCONFIRMED more often. A post's option tiktok.pullFromUrl wins.");
    private static final Setting CHUNK_BYTES = Setting.of(
            "TIKTOK_CHUNK_BYTES",
            "10000000",
            "Size of the pieces a video is uploaded in, in bytes; 5242880 to 64000000. The last one may be up to twice as"
                    + " large, and each has to be through within HTTP_CALL_TIMEOUT.");
    private static final Setting PROCESSING_LIMIT = Setting.of(
            "TIKTOK_PROCESSING_LIMIT",
            "6h",
            "For how long TikTok may work on a post it has taken, moderation included, until it ends UNCONFIRMED.");

    public static final List<Setting> SETTINGS =
            List.of(API_URI, API_VERSION, APP_AUDITED, VERIFIED_URLS, PULL_VIDEOS, CHUNK_BYTES, PROCESSING_LIMIT);

    public TikTokConfig {
        verifiedUrls = List.copyOf(verifiedUrls);
        if (!apiVersion.matches("v[0-9]{1,2}")) {
            throw new ConfigException(API_VERSION.name() + ": a version such as v2 needed, was " + apiVersion);
        }
        if (apiUri.getHost() == null || apiUri.getRawQuery() != null) {
            throw new ConfigException(
                    API_URI.name() + ": an address with a host and without query needed, was " + apiUri);
        }
        for (var url : verifiedUrls) {
            // Without the slash, https://media.example.org would also stand for https://media.example.org.evil.net.
            if (WebAddress.of(url).isEmpty() || !url.startsWith("https://") || !url.endsWith("/")) {
                throw new ConfigException(VERIFIED_URLS.name()
                        + ": addresses needed that begin with https:// and end with a slash, was " + url);
            }
        }
        if (!processingLimit.isPositive()) {
            throw new ConfigException(PROCESSING_LIMIT.name() + ": a time span needed, was " + processingLimit);
        }
    }

    public static TikTokConfig from(Settings settings) {
        return new TikTokConfig(
                settings.uri(API_URI),
                settings.text(API_VERSION),
                settings.flag(APP_AUDITED),
                settings.list(VERIFIED_URLS),
                settings.flag(PULL_VIDEOS),
                settings.integer(CHUNK_BYTES, SMALLEST_CHUNK, LARGEST_CHUNK),
                settings.duration(PROCESSING_LIMIT));
    }

    /** @param pathAndQuery below the version, beginning with a slash; TikTok wants the slash at the end of paths */
    URI address(String pathAndQuery) {
        var base = apiUri.toString();
        var trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return URI.create(trimmed + "/" + apiVersion + pathAndQuery);
    }

    /** Whether TikTok may fetch from there, as far as is known here. */
    boolean mayFetch(String url) {
        return verifiedUrls.isEmpty() || verifiedUrls.stream().anyMatch(url.strip()::startsWith);
    }
}
