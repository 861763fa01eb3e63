package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.http.ImageType;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Processing;
import io.broadside.simulator.x.XChange.Media;
import io.broadside.simulator.x.XChange.Upload;
import io.broadside.simulator.x.XState.Pieces;
import io.broadside.simulator.x.XState.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Uploads in pieces: https://docs.x.com/x-api/media/quickstart/media-upload-chunked.
 *
 * <ol>
 *   <li>Pieces come in any order, and each of them may come again; the last one of an index counts.
 *   <li>The upload is complete when no piece is missing and the bytes are as many as announced.
 *   <li>Videos and animated images are processed after that, and cannot be posted before.
 * </ol>
 */
final class XUploads {
    /** What the quickstart has; a medium not finalized by then is forgotten. */
    private static final Duration UPLOAD_LIVES = Duration.ofSeconds(1_295_999);

    private static final int LARGEST_PIECE = 5 * 1024 * 1024;
    private static final Set<String> INITIALIZE_FIELDS =
            Set.of("media_type", "total_bytes", "media_category", "shared", "additional_owners");

    private final Foundation foundation;
    private final Clock clock;
    private final XState state;
    private final Supplier<XSettings> settings;

    XUploads(Foundation foundation, XState state, Supplier<XSettings> settings) {
        this.foundation = foundation;
        this.clock = foundation.clock();
        this.state = state;
        this.settings = settings;
    }

    Reply initialize(User user, Request request) {
        var json = request.json()
                .filter(JsonNode::isObject)
                .orElseThrow(() -> invalid("$", "Requests body must be a JSON object"));
        json.properties().forEach(field -> {
            if (!INITIALIZE_FIELDS.contains(field.getKey())) {
                throw invalid(field.getKey(), "$." + field.getKey() + ": is not defined in the schema");
            }
        });
        var category = MediaCategory.of(json.path("media_category").asText())
                .orElseThrow(() -> invalid("media_category", "$.media_category: is not one of the categories"));
        var type = json.path("media_type").asText();
        if (!category.fits(type)) {
            throw invalid("media_type", "$.media_type: " + type + " does not fit " + category.id());
        }
        var total = json.path("total_bytes");
        if (!total.canConvertToLong() || total.asLong() < 1 || total.asLong() > category.largest()) {
            throw invalid("total_bytes", "$.total_bytes: 1 to " + category.largest() + " expected");
        }
        var now = clock.instant();
        var upload = new Upload(state.newId(now), user.account().id(), type, total.asLong(), category, now);
        state.commit(new XChange.UploadStarted(upload));
        var body = Json.object();
        body.putObject("data")
                .put("id", upload.id())
                .put("media_key", category.key(upload.id()))
                .put("expires_after_secs", UPLOAD_LIVES.toSeconds());
        return Reply.json(200, body);
    }

    Reply append(User user, String id, Request request) {
        var pieces = own(user, id);
        if (state.media(id).isPresent()) {
            throw invalid("id", "The upload " + id + " is finalized already");
        }
        int index = index(request);
        var piece = piece(request);
        if (piece.length() < 1 || piece.length() > LARGEST_PIECE) {
            throw invalid("media", "media: 1 to " + LARGEST_PIECE + " bytes expected");
        }
        var type = index == 0 ? looksLike(piece) : Optional.<String>empty();
        state.commit(new XChange.PieceAppended(id, index, piece.fingerprint(), type));
        var body = Json.object();
        body.putObject("data")
                .put(
                        "expires_at",
                        pieces.upload().startedAt().plus(UPLOAD_LIVES).getEpochSecond());
        return Reply.json(200, body);
    }

    /** Completes the upload; once more, it answers as before. */
    Reply complete(User user, String id) {
        var pieces = own(user, id);
        synchronized (pieces) {
            var now = clock.instant();
            var known = state.media(id);
            if (known.isPresent()) {
                return show(known.get(), now);
            }
            var upload = pieces.upload();
            var whole = pieces.whole()
                    .filter(fingerprint -> fingerprint.length() == upload.totalBytes())
                    .orElseThrow(() -> invalid("id", "Pieces are missing, or there are more bytes than announced"));
            if (!upload.category().fits(pieces.type().orElse(""))) {
                throw invalid("media", "Unsupported or broken media.");
            }
            var media = media(upload, whole, now);
            state.commit(new XChange.MediaUploaded(media));
            return show(media, now);
        }
    }

    private Media media(Upload upload, Fingerprint whole, Instant now) {
        var usually = Duration.ofSeconds(settings.get().xProcessingSeconds());
        var processing = upload.category().isProcessed()
                ? Optional.of(foundation.processing(Platform.X, "media.processing", upload.userId(), usually))
                : Optional.<Processing>empty();
        return new Media(
                upload.id(),
                upload.userId(),
                whole.text(),
                (int) upload.totalBytes(),
                upload.mediaType(),
                now.plus(XMedia.LIVES),
                Optional.of(upload.category()),
                processing.map(plan -> now.plus(plan.takes())),
                processing.flatMap(Processing::failure));
    }

    Reply status(User user, Request request) {
        if (!"STATUS".equals(request.query().get("command"))) {
            throw invalid("command", "The query parameter command must be STATUS");
        }
        var id = request.query().getOrDefault("media_id", "");
        return state.media(id)
                .filter(media -> media.userId().equals(user.account().id()))
                .map(media -> show(media, clock.instant()))
                .orElseGet(() -> XProblem.notFound("media", "media_id", id));
    }

    /** Without {@code processing_info} where nothing is processed. */
    static Reply show(Media media, Instant now) {
        var body = Json.object();
        var data = body.putObject("data")
                .put("id", media.id())
                .put("media_key", media.key())
                .put("size", media.size())
                .put(
                        "expires_after_secs",
                        Duration.between(now, media.expiresAt()).toSeconds());
        media.readyAt().ifPresent(readyAt -> {
            var info = data.putObject("processing_info");
            if (now.isBefore(readyAt)) {
                long left = Math.max(
                        1, Duration.between(now, readyAt).plusMillis(999).toSeconds());
                info.put("state", left > 1 ? "pending" : "in_progress").put("check_after_secs", left);
                info.put("progress_percent", left > 1 ? 0 : 50);
            } else if (media.failure().isPresent()) {
                info.put("state", "failed");
                info.putObject("error")
                        .put("code", 1)
                        .put(
                                "name",
                                media.failure().get().isEmpty()
                                        ? "InvalidMedia"
                                        : media.failure().get())
                        .put("message", "Unsupported video format");
            } else {
                info.put("state", "succeeded").put("progress_percent", 100);
            }
        });
        return Reply.json(200, body);
    }

    private Pieces own(User user, String id) {
        return state.upload(id)
                .filter(pieces -> pieces.upload().userId().equals(user.account().id()))
                .filter(pieces ->
                        clock.instant().isBefore(pieces.upload().startedAt().plus(UPLOAD_LIVES)))
                .orElseThrow(() -> new Refusal(XProblem.notFound("media", "id", id)));
    }

    private static int index(Request request) {
        var text = Optional.ofNullable(request.form().get("segment_index"))
                .or(() -> request.json().map(json -> json.path("segment_index").asText()))
                .orElse("");
        if (!text.matches("[0-9]{1,3}")) {
            throw invalid("segment_index", "segment_index: 0 to 999 expected");
        }
        return Integer.parseInt(text);
    }

    private static Medium piece(Request request) {
        var file = request.files().get("media");
        if (file != null) {
            return file.medium();
        }
        try {
            return request.json()
                    .map(json -> Medium.of(
                            Base64.getDecoder().decode(json.path("media").asText())))
                    .orElseThrow(() -> invalid("media", "media: a file is needed"));
        } catch (IllegalArgumentException _) {
            throw invalid("media", "$.media: base64 expected");
        }
    }

    private static Optional<String> looksLike(Medium medium) {
        return medium.imageType()
                .map(ImageType::contentType)
                .or(() -> medium.isVideo() ? Optional.of("video/mp4") : Optional.empty());
    }

    private static Refusal invalid(String parameter, String message) {
        return new Refusal(XProblem.invalid(parameter, message));
    }
}
