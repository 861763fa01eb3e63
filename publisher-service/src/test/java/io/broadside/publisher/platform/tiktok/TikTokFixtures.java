package io.broadside.publisher.platform.tiktok;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.Bench;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What tests of TikTok share. */
final class TikTokFixtures {

    static final String ACCOUNT = "_000abcDEFtestOpenId";
    static final String PUBLISH_ID = "v_pub_file~v2-1.700000000000000001";
    static final String POST = "7300000000000000009";

    /** Of what an account lets us do, as the first step leaves it. */
    static final Map<String, String> PERMITTED = Map.of(
            "username", "demo",
            "longestSeconds", "300",
            "restarts", "0",
            "privacy", "PUBLIC_TO_EVERYONE",
            "noComments", "false",
            "noDuets", "false",
            "noStitches", "true");

    static final String CREATOR =
            "{\"data\":{\"creator_username\":\"demo\",\"creator_nickname\":\"Demo\",\"privacy_level_options\":"
                    + "[\"PUBLIC_TO_EVERYONE\",\"MUTUAL_FOLLOW_FRIENDS\",\"SELF_ONLY\"],\"comment_disabled\":false,"
                    + "\"duet_disabled\":false,\"stitch_disabled\":true,\"max_video_post_duration_sec\":300},"
                    + "\"error\":{\"code\":\"ok\",\"message\":\"\",\"log_id\":\"2026112010153001\"}}";

    /** 25 bytes that begin as an MP4 file does. */
    static final Buffer MP4 = Buffer.buffer(new byte[] {
        0, 0, 0, 24, 'f', 't', 'y', 'p', 'm', 'p', '4', '2', 0, 0, 0, 0, 'm', 'p', '4', '2', 'i', 's', 'o', 'm', 1
    });

    private TikTokFixtures() {}

    static TikTokConfig config(Bench bench) {
        return new TikTokConfig(bench.server().uri(), "v2", true, List.of(), false, 10, Duration.ofHours(6));
    }

    static TikTokPlatform tikTok(Bench bench) {
        return tikTok(bench, config(bench));
    }

    static TikTokPlatform tikTok(Bench bench, TikTokConfig config) {
        return new TikTokPlatform(config, bench.http(), bench.media(), bench.clock());
    }

    static Media aVideo(String url) {
        return Media.newBuilder().setUrl(url).setKind(MediaKind.VIDEO).build();
    }

    static String data(String data) {
        return "{\"data\":" + data + ",\"error\":{\"code\":\"ok\",\"message\":\"\",\"log_id\":\"x\"}}";
    }

    static String error(String code) {
        return "{\"data\":{},\"error\":{\"code\":\"" + code + "\",\"message\":\"m\",\"log_id\":\"y\"}}";
    }
}
