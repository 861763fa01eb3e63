package io.broadside.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.http.Json;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Calls TikTok's double as an application would. */
final class TikTokClient {
    static final String CREATOR = "-000sim1OpenId_tiktok";
    static final String TOKEN = "sim-tiktok-access-1-token";
    static final String REFRESH = "sim-tiktok-refresh-1-token";
    static final String OTHER_TOKEN = "sim-tiktok-access-2-token";

    private static final byte[] START_OF_MP4 = {0, 0, 0, 24, 'f', 't', 'y', 'p', 'm', 'p', '4', '2'};

    private final SimulatorClient client;

    TikTokClient(SimulatorClient client) {
        this.client = client;
    }

    Answer post(String path, String token, String body) throws IOException, InterruptedException {
        return client.send(client.request("/tiktok/v2/" + path, token)
                .header("Content-Type", "application/json; charset=UTF-8")
                .POST(BodyPublishers.ofString(body)));
    }

    Answer creatorInfo() throws IOException, InterruptedException {
        return post("post/publish/creator_info/query/", TOKEN, "");
    }

    Answer init(long size, long chunk, long chunks) throws IOException, InterruptedException {
        return init(info("hi #demo", "PUBLIC_TO_EVERYONE"), upload(size, chunk, chunks));
    }

    Answer init(JsonNode info, JsonNode source) throws IOException, InterruptedException {
        var body = Json.object();
        body.set("post_info", info);
        body.set("source_info", source);
        return post("post/publish/video/init/", TOKEN, body.toString());
    }

    Answer inbox(JsonNode source) throws IOException, InterruptedException {
        var body = Json.object();
        body.set("source_info", source);
        return post("post/publish/inbox/video/init/", TOKEN, body.toString());
    }

    Answer photos(String mode, ObjectNode info, String... urls) throws IOException, InterruptedException {
        var body = Json.object().put("media_type", "PHOTO").put("post_mode", mode);
        body.set("post_info", info);
        var source =
                body.putObject("source_info").put("source", "PULL_FROM_URL").put("photo_cover_index", 0);
        Arrays.stream(urls).forEach(source.putArray("photo_images")::add);
        return post("post/publish/content/init/", TOKEN, body.toString());
    }

    Answer status(String publishId) throws IOException, InterruptedException {
        return post("post/publish/status/fetch/", TOKEN, "{\"publish_id\":\"" + publishId + "\"}");
    }

    Answer put(String uploadUrl, byte[] bytes, String range) throws IOException, InterruptedException {
        return put(uploadUrl, bytes, range, "video/mp4");
    }

    Answer put(String uploadUrl, byte[] bytes, String range, String type) throws IOException, InterruptedException {
        return client.send(client.request(uploadUrl, "")
                .header("Content-Type", type)
                .header("Content-Range", range)
                .PUT(BodyPublishers.ofByteArray(bytes)));
    }

    /** A short video in one chunk; its publish id. */
    String publish(String title, String privacyLevel) throws IOException, InterruptedException {
        var begun = init(info(title, privacyLevel), upload(1_000, 1_000, 1));
        put(begun.text("/data/upload_url"), video(1_000, 1), "bytes 0-999/1000");
        return begun.text("/data/publish_id");
    }

    Answer token(Map<String, String> fields) throws IOException, InterruptedException {
        var all = new HashMap<>(fields);
        all.putIfAbsent("client_key", SimulatorConfig.TIKTOK_CLIENT_KEY);
        all.putIfAbsent("client_secret", SimulatorConfig.TIKTOK_CLIENT_SECRET);
        return client.form("/tiktok/v2/oauth/token/", "", all);
    }

    Answer refresh(String token) throws IOException, InterruptedException {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", token));
    }

    static ObjectNode info(String title, String privacyLevel) {
        return Json.object()
                .put("title", title)
                .put("privacy_level", privacyLevel)
                .put("disable_comment", false)
                .put("disable_duet", false)
                .put("disable_stitch", true);
    }

    static ObjectNode upload(long size, long chunk, long chunks) {
        return Json.object()
                .put("source", "FILE_UPLOAD")
                .put("video_size", size)
                .put("chunk_size", chunk)
                .put("total_chunk_count", chunks);
    }

    static ObjectNode pull(String url) {
        return Json.object().put("source", "PULL_FROM_URL").put("video_url", url);
    }

    /** Bytes that begin as an MP4 does. */
    static byte[] video(int length, int seed) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) seed);
        System.arraycopy(START_OF_MP4, 0, bytes, 0, START_OF_MP4.length);
        return bytes;
    }

    static byte[] text() {
        return "this is no video at all".getBytes(StandardCharsets.US_ASCII);
    }
}
