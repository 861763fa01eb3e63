package io.broadside.simulator;

import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.http.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Calls the doubled LinkedIn as an application would: with its headers on every call. */
final class LinkedInClient {
    static final String MEMBER = "SimMember01";
    static final String PERSON = "urn:li:person:" + MEMBER;
    static final String ORGANIZATION = "urn:li:organization:5550001";
    static final String TOKEN = "sim-linkedin-access-1-token";
    static final String REFRESH = "sim-linkedin-refresh-1-token";
    /** Of a member who may only post for herself. */
    static final String PLAIN_PERSON = "urn:li:person:SimMember02";

    static final String PLAIN_TOKEN = "sim-linkedin-access-2-token";
    static final String VERSION = "202609";

    private final SimulatorClient client;

    LinkedInClient(SimulatorClient client) {
        this.client = client;
    }

    Answer post(String author, String commentary) throws IOException, InterruptedException {
        return json("/rest/posts", body(author, commentary, ""));
    }

    Answer post(String author, String commentary, String content) throws IOException, InterruptedException {
        return json("/rest/posts", body(author, commentary, content));
    }

    static String body(String author, String commentary, String content) {
        return "{\"author\":\"" + author + "\",\"commentary\":" + Json.MAPPER.valueToTree(commentary)
                + ",\"visibility\":\"PUBLIC\",\"distribution\":{\"feedDistribution\":\"MAIN_FEED\",\"targetEntities\":[],"
                + "\"thirdPartyDistributionChannels\":[]},\"lifecycleState\":\"PUBLISHED\","
                + "\"isReshareDisabledByAuthor\":false" + (content.isEmpty() ? "" : ",\"content\":" + content) + "}";
    }

    Answer json(String path, String body) throws IOException, InterruptedException {
        return json(path, TOKEN, body);
    }

    Answer json(String path, String token, String body) throws IOException, InterruptedException {
        return client.send(
                request(path, token).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return get(path, TOKEN);
    }

    Answer get(String path, String token) throws IOException, InterruptedException {
        return client.send(request(path, token).GET());
    }

    Answer finder(String path) throws IOException, InterruptedException {
        return client.send(
                request(path, TOKEN).header("X-RestLi-Method", "FINDER").GET());
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return client.send(request(path, TOKEN).DELETE());
    }

    HttpRequest.Builder request(String path, String token) {
        return client.request("/linkedin" + path, token)
                .header("LinkedIn-Version", VERSION)
                .header("X-Restli-Protocol-Version", "2.0.0");
    }

    /** To an address that the network gave. */
    Answer upload(String address, String token, String contentType, byte[] bytes)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address)).header("Content-Type", contentType);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.PUT(BodyPublishers.ofByteArray(bytes)));
    }

    /** An image of this owner, uploaded. */
    String image(String owner, byte[] bytes) throws IOException, InterruptedException {
        var begun = json(
                "/rest/images?action=initializeUpload", "{\"initializeUploadRequest\":{\"owner\":\"" + owner + "\"}}");
        upload(begun.text("/value/uploadUrl"), TOKEN, "application/octet-stream", bytes);
        return begun.text("/value/image");
    }

    Answer form(String path, Map<String, String> fields) throws IOException, InterruptedException {
        var all = new HashMap<>(fields);
        all.putIfAbsent("client_id", SimulatorConfig.LINKEDIN_CLIENT_ID);
        all.putIfAbsent("client_secret", SimulatorConfig.LINKEDIN_CLIENT_SECRET);
        return client.form("/linkedin" + path, "", all);
    }

    Answer refresh(String refreshToken) throws IOException, InterruptedException {
        return form("/oauth/v2/accessToken", Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
