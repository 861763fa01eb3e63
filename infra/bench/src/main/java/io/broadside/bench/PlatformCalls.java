package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The HTTP calls that publisher-service makes for the posts of the bench, made by a bare Vert.x client: the same requests in the
 * same order, one answer awaited before the next request, and nothing written down.
 */
final class PlatformCalls {

    private static final String GRAPH = "v26.0";

    private final HttpClient client;
    private final int port;

    PlatformCalls(Vertx vertx, int simulatorPort, int connections) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAlive(true).setTcpNoDelay(true),
                new PoolOptions().setHttp1MaxSize(connections));
        this.port = simulatorPort;
    }

    /** All calls of a post; fails with the first that is not answered 2xx. */
    Future<?> post(BenchAccount account, String text) {
        var first = first(account, text);
        return switch (account.platform()) {
            case "facebook" ->
                first.compose(draft -> form(
                        account,
                        "/facebook/" + GRAPH + "/" + json(draft).getString("id"),
                        Map.of("is_published", "true")));
            case "instagram" ->
                first.compose(container -> instagram(account, json(container).getString("id")));
            case "tiktok" -> first.compose(_ -> tiktok(account, text));
            default -> first;
        };
    }

    /** The first call of a post. */
    Future<Buffer> first(BenchAccount account, String text) {
        return switch (account.platform()) {
            case "facebook" ->
                form(
                        account,
                        "/facebook/" + GRAPH + "/" + account.id() + "/feed",
                        Map.of("message", text, "published", "false", "fields", "id,permalink_url,is_published"));
            case "instagram" ->
                form(account, instagram(account.id() + "/media"), Map.of("image_url", picture(), "caption", text));
            case "linkedin" ->
                call(
                        HttpMethod.POST,
                        "/linkedin/rest/posts",
                        headers(account, "application/json")
                                .set("X-Restli-Protocol-Version", "2.0.0")
                                .set("LinkedIn-Version", "202609"),
                        linkedIn(account, text).toBuffer());
            case "x" ->
                call(
                        HttpMethod.POST,
                        "/x/2/tweets",
                        headers(account, "application/json"),
                        new JsonObject().put("text", text).toBuffer());
            case "tiktok" -> tiktok(account, "creator_info/query/", Buffer.buffer());
            default -> throw new IllegalArgumentException(account.platform());
        };
    }

    private Future<Buffer> instagram(BenchAccount account, String container) {
        return get(account, instagram(container + "?fields=status_code,status"))
                .compose(_ ->
                        get(account, instagram(account.id() + "/content_publishing_limit?fields=quota_usage,config")))
                .compose(_ ->
                        form(account, instagram(account.id() + "/media_publish"), Map.of("creation_id", container)))
                .compose(published -> get(account, instagram(json(published).getString("id") + "?fields=permalink")));
    }

    /** The file is fetched once, to be sent and to know its size; publisher-service, which keeps none, opens it twice. */
    private Future<Buffer> tiktok(BenchAccount account, String text) {
        return get(account, SimulatorProcess.VIDEO)
                .compose(video -> tiktok(account, "video/init/", uploaded(text, video.length()))
                        .compose(answer -> {
                            var begun = json(answer).getJsonObject("data");
                            return upload(URI.create(begun.getString("upload_url")), video)
                                    .compose(_ -> tiktok(
                                            account,
                                            "status/fetch/",
                                            new JsonObject()
                                                    .put("publish_id", begun.getString("publish_id"))
                                                    .toBuffer()));
                        }));
    }

    private static Buffer uploaded(String text, int size) {
        var info = new JsonObject()
                .put("title", text)
                .put("privacy_level", "PUBLIC_TO_EVERYONE")
                .put("disable_comment", false)
                .put("disable_duet", false)
                .put("disable_stitch", false);
        var source = new JsonObject()
                .put("source", "FILE_UPLOAD")
                .put("video_size", size)
                .put("chunk_size", size)
                .put("total_chunk_count", 1);
        return new JsonObject()
                .put("post_info", info)
                .put("source_info", source)
                .toBuffer();
    }

    private Future<Buffer> upload(URI address, Buffer video) {
        var headers = MultiMap.caseInsensitiveMultiMap()
                .set("content-type", "video/mp4")
                .set("content-range", "bytes 0-" + (video.length() - 1) + "/" + video.length());
        return call(HttpMethod.PUT, address.getRawPath() + "?" + address.getRawQuery(), headers, video);
    }

    private static JsonObject linkedIn(BenchAccount account, String text) {
        return new JsonObject()
                .put("author", "urn:li:person:" + account.id())
                .put("commentary", text)
                .put("visibility", "PUBLIC")
                .put(
                        "distribution",
                        new JsonObject()
                                .put("feedDistribution", "MAIN_FEED")
                                .put("targetEntities", new JsonArray())
                                .put("thirdPartyDistributionChannels", new JsonArray()))
                .put("lifecycleState", "PUBLISHED")
                .put("isReshareDisabledByAuthor", false);
    }

    private static String instagram(String path) {
        return "/instagram/" + GRAPH + "/" + path;
    }

    private Future<Buffer> tiktok(BenchAccount account, String endpoint, Buffer body) {
        return call(
                HttpMethod.POST,
                "/tiktok/v2/post/publish/" + endpoint,
                headers(account, "application/json; charset=UTF-8"),
                body);
    }

    private String picture() {
        return "http://127.0.0.1:" + port + SimulatorProcess.PICTURE;
    }

    private Future<Buffer> form(BenchAccount account, String path, Map<String, String> fields) {
        var body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return call(HttpMethod.POST, path, headers(account, "application/x-www-form-urlencoded"), Buffer.buffer(body));
    }

    private Future<Buffer> get(BenchAccount account, String path) {
        return call(
                HttpMethod.GET,
                path,
                MultiMap.caseInsensitiveMultiMap().set("authorization", "Bearer " + account.token()),
                Buffer.buffer());
    }

    private static MultiMap headers(BenchAccount account, String contentType) {
        return MultiMap.caseInsensitiveMultiMap()
                .set("authorization", "Bearer " + account.token())
                .set("content-type", contentType);
    }

    private Future<Buffer> call(HttpMethod method, String path, MultiMap headers, Buffer body) {
        var options = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI(path)
                .setHeaders(headers);
        return client.request(options)
                .compose(request -> request.send(body))
                .compose(response -> response.body()
                        .compose(answer -> response.statusCode() / 100 == 2
                                ? Future.succeededFuture(answer)
                                : Future.failedFuture(path + ": " + response.statusCode() + " " + answer)));
    }

    private static JsonObject json(Buffer answer) {
        return new JsonObject(answer);
    }
}
