package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.ImageType;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInApi.Caller;
import io.broadside.simulator.linkedin.LinkedInChange.Asset;
import io.broadside.simulator.linkedin.LinkedInState.Upload;
import io.broadside.simulator.linkedin.LinkedInTokens.Token;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/**
 * Images, documents and videos: announced, uploaded, processed.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api,
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api,
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api
 */
final class LinkedInAssets {
    private static final int PART = 4_194_304;
    private static final long SMALLEST_VIDEO = 75 * 1024;
    private static final long LARGEST_VIDEO = 500L * 1024 * 1024;

    /** What the first bytes of documents are: PDF, the newer and the older formats of Office. */
    private static final List<String> DOCUMENTS = List.of("25504446", "504b0304", "d0cf11e0");

    private static final Map<String, String> KINDS =
            Map.of("images", "image", "documents", "document", "videos", "video");

    private final Clock clock;
    private final LinkedInState state;
    private final Supplier<LinkedInSettings> settings;

    LinkedInAssets(Clock clock, LinkedInState state, Supplier<LinkedInSettings> settings) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
    }

    /** Announces an upload, and says where it goes. */
    Reply initialize(Caller caller, String resource, Request request) {
        var kind = kindOf(resource);
        var wanted = member(request, "initializeUploadRequest");
        var owner = required(wanted, "initializeUploadRequest", "owner");
        NewPost.requireAuthor(owner);
        caller.mayWriteAs(owner, resource + ".ACTION-initializeUpload");
        if (!kind.equals("video")) {
            var asset = register(kind, owner, caller, 0, 1);
            var body = Json.object();
            body.putObject("value")
                    .put("uploadUrlExpiresAt", asset.uploadUntil().toEpochMilli())
                    .put("uploadUrl", address(request, asset, 0))
                    .put(kind, asset.urn());
            return Reply.json(200, body);
        }
        long size = wanted.path("fileSizeBytes").asLong();
        if (!wanted.path("fileSizeBytes").isIntegralNumber()) {
            throw LinkedInError.missing("initializeUploadRequest.fileSizeBytes");
        }
        if (size < SMALLEST_VIDEO || size > LARGEST_VIDEO) {
            throw LinkedInError.invalid("initializeUploadRequest.fileSizeBytes", "75 KB to 500 MB needed");
        }
        var asset = register(kind, owner, caller, size, Math.toIntExact((size + PART - 1) / PART));
        return Reply.json(200, instructions(request, asset));
    }

    private ObjectNode instructions(Request request, Asset asset) {
        var body = Json.object();
        var value = body.putObject("value");
        value.put("uploadUrlsExpireAt", asset.uploadUntil().toEpochMilli()).put("video", asset.urn());
        var instructions = value.putArray("uploadInstructions");
        for (int part = 0; part < asset.parts(); part++) {
            instructions
                    .addObject()
                    .put("uploadUrl", address(request, asset, part))
                    .put("firstByte", (long) part * PART)
                    .put("lastByte", Math.min(asset.size(), (part + 1L) * PART) - 1);
        }
        value.put("uploadToken", "");
        return body;
    }

    Asset register(String kind, String owner, Caller caller, long size, int parts) {
        var now = clock.instant();
        var digits = kind.equals("video") ? "D4E05AQ" : kind.equals("document") ? "D4E1FAQ" : "C4E10AQ";
        var id = digits + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        var asset = new Asset(
                new Urn(kind, id).toString(),
                kind,
                owner,
                caller.member().id(),
                size,
                parts,
                now.plusSeconds(settings.get().linkedinUploadUrlSeconds()));
        state.commit(new LinkedInChange.AssetRegistered(asset));
        return asset;
    }

    /** Below the address the client called, so that it leads here whatever the simulator is called. */
    static String address(Request request, Asset asset, int part) {
        return "http://" + request.header("Host").orElse("127.0.0.1") + "/linkedin/" + LinkedInApi.UPLOADS + "/"
                + asset.urn().substring("urn:li:".length()).replace(':', '.') + "/" + part + "?sig=sim";
    }

    /** Whose upload an address is for. */
    Optional<String> ownerOf(String key) {
        return find(key).map(upload -> upload.asset().memberId());
    }

    /**
     * Takes the bytes of an upload, or of one part.
     *
     * @param key what the address names
     * @param caller whose token came along, if one did that is good
     */
    Reply upload(String key, Request request, Optional<Token> caller) {
        var upload = find(key).orElseThrow(() -> new Refusal(LinkedInError.plain(404, "Not Found")));
        var asset = upload.asset();
        int part = Integer.parseInt(key.substring(key.indexOf('/') + 1));
        if (!request.method().equals("PUT")
                && !(asset.kind().equals("digitalmediaAsset")
                        && request.method().equals("POST"))) {
            return LinkedInError.plain(405, "Method Not Allowed");
        }
        if (!clock.instant().isBefore(asset.uploadUntil())) {
            return LinkedInError.of(400, "EXPIRED_UPLOAD_URL", "The upload url has expired");
        }
        var medium = request.medium();
        if (medium.length() == 0) {
            return LinkedInError.plain(400, "The bytes of the file are needed, and nothing else");
        }
        return asset.kind().equals("video") ? videoPart(upload, part, medium, request) : whole(upload, medium, caller);
    }

    private Reply whole(Upload upload, Medium medium, Optional<Token> caller) {
        var asset = upload.asset();
        if (caller.filter(token -> token.memberId().equals(asset.memberId())).isEmpty()) {
            return LinkedInError.plain(401, "Unauthorized");
        }
        add(upload, 0, "", medium);
        state.commit(new LinkedInChange.AssetComplete(asset.urn(), clock.instant()));
        return new Reply(201, Map.of(), Buffer.buffer());
    }

    /** The address of a part admits by itself: a token beside it is refused, as by the storage behind the real ones. */
    private Reply videoPart(Upload upload, int part, Medium medium, Request request) {
        var asset = upload.asset();
        if (request.header("Authorization").isPresent()) {
            return LinkedInError.plain(400, "Only one way of authorising is allowed: the address itself");
        }
        if (!request.contentType().equals("application/octet-stream")) {
            return LinkedInError.plain(415, "Content-Type: application/octet-stream is needed");
        }
        long expected = Math.min(asset.size(), (part + 1L) * PART) - (long) part * PART;
        if (medium.length() != expected) {
            return LinkedInError.plain(400, expected + " bytes expected, got " + medium.length());
        }
        // Some ETags come in quotes, as HTTP wants them, and some as they are kept inside.
        var bare = part % 2 == 0
                ? "e" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                : "/ambry-video/signedId/"
                        + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".bin";
        add(upload, part, bare, medium);
        return new Reply(200, Map.of("ETag", part % 2 == 0 ? "\"" + bare + "\"" : bare), Buffer.buffer());
    }

    private void add(Upload upload, int part, String etag, Medium medium) {
        var asset = upload.asset();
        state.commit(new LinkedInChange.PartUploaded(
                asset.urn(), part, etag, medium.fingerprint(), part > 0 || isOfKind(asset.kind(), medium)));
    }

    private static boolean isOfKind(String kind, Medium medium) {
        return switch (kind) {
            case "video" -> medium.isVideo();
            case "document" ->
                medium.head().length() >= 4
                        && DOCUMENTS.contains(
                                HexFormat.of().formatHex(medium.head().getBytes(0, 4)));
            default -> medium.imageType().filter(type -> type != ImageType.WEBP).isPresent();
        };
    }

    /** All parts of a video are there: they are put together. */
    Reply finish(Caller caller, Request request) {
        var wanted = member(request, "finalizeUploadRequest");
        var urn = required(wanted, "finalizeUploadRequest", "video");
        var upload = state.upload(urn)
                .filter(it -> it.asset().kind().equals("video"))
                .orElseThrow(() ->
                        LinkedInError.field("INVALID_URN_ID", "finalizeUploadRequest.video", urn + " is no video"));
        caller.mayWriteAs(upload.asset().owner(), "videos.ACTION-finalizeUpload");
        if (!wanted.path("uploadToken").isTextual()) {
            throw LinkedInError.missing("finalizeUploadRequest.uploadToken");
        }
        var given = new ArrayList<String>();
        wanted.path("uploadedPartIds").forEach(id -> given.add(id.asText()));
        if (!upload.hasAllParts() || !given.equals(upload.etags())) {
            throw LinkedInError.invalid(
                    "finalizeUploadRequest.uploadedPartIds",
                    "the ETags of all " + upload.asset().parts() + " parts needed, in order and without quotes");
        }
        state.commit(new LinkedInChange.AssetComplete(urn, clock.instant()));
        return new Reply(200, Map.of(), Buffer.buffer());
    }

    /** How far an upload is. Whoever may only post for themselves is not told of images. */
    Reply read(Caller caller, String resource, String urn) {
        var kind = kindOf(resource);
        var upload = state.upload(urn)
                .filter(it -> it.asset().kind().equals(kind))
                .orElseThrow(() -> new Refusal(LinkedInError.notFound(urn)));
        if (kind.equals("image") && !caller.has("w_organization_social") && !caller.has("r_organization_social")) {
            return LinkedInError.accessDenied("images.GET");
        }
        caller.mayWriteAs(upload.asset().owner(), resource + ".GET");
        return Reply.json(
                200,
                Json.object()
                        .put("id", urn)
                        .put("owner", upload.asset().owner())
                        .put("status", statusOf(upload)));
    }

    /** Refuses what a post of this author cannot show, or not yet. */
    void requireUsable(NewPost.Asset asset, String author) {
        var urn = Urn.of(asset.urn())
                .filter(it -> asset.kinds().contains(it.kind()))
                .orElseThrow(() -> LinkedInError.field(
                        "INVALID_URN_TYPE",
                        asset.path(),
                        "one of " + asset.kinds().stream().sorted().toList() + " needed, was " + asset.urn()));
        var upload = state.upload(asset.urn())
                .orElseThrow(() -> LinkedInError.field(
                        urn.kind().equals("image") ? "INVALID_IMAGE_ID" : "INVALID_URN_ID",
                        asset.path(),
                        asset.urn() + " is not known"));
        if (!upload.asset().owner().equals(author)) {
            throw LinkedInError.invalid(
                    asset.path(), asset.urn() + " belongs to " + upload.asset().owner());
        }
        switch (statusOf(upload)) {
            case "AVAILABLE" -> {
                // As it should be.
            }
            case "PROCESSING_FAILED" ->
                throw LinkedInError.field(
                        "MEDIA_ASSET_PROCESSING_FAILED", asset.path(), asset.urn() + " could not be processed");
            default ->
                throw LinkedInError.field(
                        "MEDIA_ASSET_WAITING_UPLOAD", asset.path(), asset.urn() + " is " + statusOf(upload));
        }
    }

    private String statusOf(Upload upload) {
        return upload.status(clock.instant(), settings.get().linkedinProcessingSeconds());
    }

    private Optional<Upload> find(String key) {
        int slash = key.indexOf('/');
        if (slash < 0 || !key.substring(slash + 1).matches("[0-9]{1,4}")) {
            return Optional.empty();
        }
        return state.upload("urn:li:" + key.substring(0, slash).replace('.', ':'))
                .filter(upload -> Integer.parseInt(key.substring(slash + 1))
                        < upload.asset().parts());
    }

    private static String kindOf(String resource) {
        return Optional.ofNullable(KINDS.get(resource)).orElseThrow();
    }

    private static JsonNode member(Request request, String name) {
        var body = NewPost.object(request);
        if (!body.path(name).isObject()) {
            throw LinkedInError.missing(name);
        }
        StreamSupport.stream(((Iterable<String>) body::fieldNames).spliterator(), false)
                .filter(field -> !field.equals(name))
                .findFirst()
                .ifPresent(field -> {
                    throw LinkedInError.unknownField(field);
                });
        return body.path(name);
    }

    private static String required(JsonNode object, String path, String field) {
        var value = object.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw LinkedInError.missing(path + "." + field);
        }
        return value.asText();
    }
}
