package io.broadside.publisher.platform.linkedin;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;

/**
 * How LinkedIn is reached and published to.
 *
 * @param apiUri where the API is, without a path
 * @param apiVersion value of the LinkedIn-Version header, for instance 202609
 * @param postsApi which of its two APIs creates posts
 * @param uploadHosts where files may be sent to: these hosts and those below them
 * @param processingLimit how long LinkedIn may take to process a file
 * @param absentAfter for how long an organisation's posts must have lacked a post until it counts as not posted
 * @param replayWithin for how long after a doubt a member's post may be sent again; zero for not at all
 * @param postsOfMember how many posts a member may make in a day
 * @param postsOfApp how many posts all accounts together may make in a day
 */
public record LinkedInConfig(
        URI apiUri,
        String apiVersion,
        PostsApi postsApi,
        List<String> uploadHosts,
        Duration processingLimit,
        Duration absentAfter,
        Duration replayWithin,
        int postsOfMember,
        int postsOfApp) {

    /** The two ways to create a post. */
    public enum PostsApi {
        /** {@code /rest/posts}, with versions. */
        REST,
        /** {@code /v2/ugcPosts}, without. */
        UGC
    }

    /** LinkedIn stops to refuse duplicates after about ten minutes; what is sent again must arrive well before. */
    static final Duration LONGEST_REPLAY = Duration.ofMinutes(5);

    private static final Setting API_URI =
            Setting.of("LINKEDIN_API_URI", "https://api.linkedin.com", "Where LinkedIn's API is, without a path.");
    private static final Setting API_VERSION = Setting.of(
            "LINKEDIN_API_VERSION",
            "202609",
            "Version of LinkedIn's API, as year and month. A version lives for about a year; a dead one is refused and all"
                    + " posts wait, so raise it twice a year.");
    private static final Setting POSTS_API = Setting.of(
            "LINKEDIN_POSTS_API",
            "rest",
            "Which API creates posts: rest for /rest/posts, ugc for the older /v2/ugcPosts, for apps that have only that"
                    + " one; it takes no videos, documents and first comments here. Change it while nothing is being"
                    + " published.");
    private static final Setting UPLOAD_HOSTS = Setting.of(
            "LINKEDIN_UPLOAD_HOSTS",
            "linkedin.com,licdn.com",
            "Hosts that files may be sent to, comma separated, with all hosts below them and that of LINKEDIN_API_URI."
                    + " LinkedIn names the address for each file.");
    private static final Setting PROCESSING_LIMIT = Setting.of(
            "LINKEDIN_PROCESSING_LIMIT",
            "30m",
            "How long LinkedIn may take to process a video or document; after that the post fails.");
    private static final Setting ABSENT_AFTER = Setting.of(
            "LINKEDIN_ABSENT_AFTER",
            "3m",
            "For how long the posts of an organisation must have lacked a post in doubt, looked at again and again, until"
                    + " it counts as not posted and is sent again.");
    private static final Setting REPLAY_WITHIN = Setting.of(
            "LINKEDIN_REPLAY_WITHIN",
            "0s",
            "Posts of members cannot be read, so one in doubt ends UNCONFIRMED. With a time span here, 5m at most, it is"
                    + " sent again within that time, byte for byte, and LinkedIn's refusal of duplicates is relied upon: it"
                    + " names the post that is there. LinkedIn does not promise that no duplicate ever passes.");

    private static final Setting POSTS_OF_MEMBER = Setting.of(
            "LINKEDIN_POSTS_PER_MEMBER",
            "150",
            "How many posts LinkedIn takes from one account in a day, which begins at midnight UTC. It says so nowhere but in"
                    + " the developer portal; the Development tier of Community Management has 100.");
    private static final Setting POSTS_OF_APP = Setting.of(
            "LINKEDIN_POSTS_PER_APP",
            "100000",
            "How many posts LinkedIn takes from all accounts together in a day; the Development tier of Community Management"
                    + " has 500.");

    public static final List<Setting> SETTINGS = List.of(
            API_URI,
            API_VERSION,
            POSTS_API,
            UPLOAD_HOSTS,
            PROCESSING_LIMIT,
            ABSENT_AFTER,
            REPLAY_WITHIN,
            POSTS_OF_MEMBER,
            POSTS_OF_APP);

    public LinkedInConfig {
        uploadHosts =
                uploadHosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        if (apiUri.getHost() == null || apiUri.getRawQuery() != null) {
            throw new ConfigException(
                    API_URI.name() + ": an address with a host and without query needed, was " + apiUri);
        }
        if (!apiVersion.matches("20[0-9]{2}(0[1-9]|1[0-2])")) {
            throw new ConfigException(API_VERSION.name() + ": year and month such as 202609 needed, was " + apiVersion);
        }
        if (replayWithin.compareTo(LONGEST_REPLAY) > 0) {
            throw new ConfigException(REPLAY_WITHIN.name() + ": a time span up to 5m needed, was " + replayWithin);
        }
        if (!processingLimit.isPositive()) {
            throw new ConfigException(
                    PROCESSING_LIMIT.name() + ": a time span above zero needed, was " + processingLimit);
        }
    }

    public static LinkedInConfig from(Settings settings) {
        return new LinkedInConfig(
                settings.uri(API_URI),
                settings.text(API_VERSION),
                postsApi(settings.text(POSTS_API)),
                settings.list(UPLOAD_HOSTS),
                settings.duration(PROCESSING_LIMIT),
                settings.duration(ABSENT_AFTER),
                settings.duration(REPLAY_WITHIN),
                settings.integer(POSTS_OF_MEMBER, 1, 10_000_000),
                settings.integer(POSTS_OF_APP, 1, 10_000_000));
    }

    private static PostsApi postsApi(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "rest" -> PostsApi.REST;
            case "ugc" -> PostsApi.UGC;
            default -> throw new ConfigException(POSTS_API.name() + ": rest or ugc needed, was " + text);
        };
    }

    /** When the version came out. */
    YearMonth released() {
        return YearMonth.of(Integer.parseInt(apiVersion.substring(0, 4)), Integer.parseInt(apiVersion.substring(4)));
    }

    /** @param pathAndQuery beginning with a slash */
    URI address(String pathAndQuery) {
        var base = apiUri.toString();
        var trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return URI.create(trimmed + pathAndQuery);
    }

    /** Whether files may be sent there: by https (or as the API itself is reached), to one of LinkedIn's own hosts. */
    boolean takesUploads(URI address) {
        if (address.getHost() == null || address.getRawUserInfo() != null) {
            return false;
        }
        var host = address.getHost().toLowerCase(Locale.ROOT);
        var isOfApi = host.equalsIgnoreCase(apiUri.getHost());
        var isSafe = "https".equals(address.getScheme())
                || (isOfApi && apiUri.getScheme().equals(address.getScheme()));
        return isSafe
                && (isOfApi
                        || uploadHosts.stream().anyMatch(known -> host.equals(known) || host.endsWith("." + known)));
    }
}
