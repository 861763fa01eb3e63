package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far the posts of a command have come, and what was settled of them: what a checkpoint holds. A post that is put again must be
 * the same byte for byte, so whatever it says that does not follow from the command is in here before it is put.
 *
 * @param writtenAt when the posts say they were written; absent as long as that follows from the command
 * @param names whose accounts the handles are that are mentioned, by handle; empty text for nobody's. Absent before they were
 *     asked for
 * @param answered the post that the first one answers, and the first of its thread, as a record names them
 * @param cids the versions of the posts that are out, in their order
 * @param blobs files that the account's server has for the next one, as a record names them
 * @param uploads how often the server forgot them
 */
record Progress(
        Optional<Instant> writtenAt,
        Optional<Map<String, String>> names,
        Optional<JsonNode> answered,
        List<String> cids,
        List<JsonNode> blobs,
        int uploads) {

    private static final String WRITTEN_AT = "writtenAt";
    private static final String NAMES = "names";
    private static final String ANSWERED = "answered";
    private static final String CIDS = "cids";
    private static final String BLOBS = "blobs";
    private static final String UPLOADS = "uploads";

    Progress {
        names = names.map(Map::copyOf);
        cids = List.copyOf(cids);
        blobs = List.copyOf(blobs);
    }

    static Progress of(PublishCommand command) {
        var values = command.getCheckpoint().map(Checkpoint::getValues).orElse(Map.of());
        var names = json(values, NAMES).map(json -> {
            var found = new LinkedHashMap<String, String>();
            json.properties()
                    .forEach(name -> found.put(name.getKey(), name.getValue().asText()));
            return (Map<String, String>) found;
        });
        var blobs = new ArrayList<JsonNode>();
        json(values, BLOBS).ifPresent(json -> json.path("list").forEach(blobs::add));
        var cids = values.getOrDefault(CIDS, "");
        return new Progress(
                Optional.ofNullable(values.get(WRITTEN_AT)).map(Instant::parse),
                names,
                json(values, ANSWERED),
                cids.isEmpty() ? List.of() : List.of(cids.split(",", -1)),
                blobs,
                Integer.parseInt(values.getOrDefault(UPLOADS, "0")));
    }

    /** The part that is next. */
    int part() {
        return cids.size();
    }

    /** When the posts say they were written. */
    Instant writtenAt(PublishCommand command) {
        return writtenAt.orElseGet(() -> due(command)).truncatedTo(ChronoUnit.MILLIS);
    }

    /** When the command was to go out, which is what readers are told unless it went out much later. */
    static Instant due(PublishCommand command) {
        return command.getPublishAt().filter(command.getAcceptedAt()::isBefore).orElse(command.getAcceptedAt());
    }

    Progress written(Instant at) {
        return new Progress(Optional.of(at), names, answered, cids, blobs, uploads);
    }

    Progress settled(Map<String, String> known, Optional<JsonNode> post) {
        return new Progress(writtenAt, Optional.of(known), post, cids, blobs, uploads);
    }

    /** With one more file. */
    Progress uploaded(JsonNode blob) {
        var more = new ArrayList<>(blobs);
        more.add(blob);
        return new Progress(writtenAt, names, answered, cids, more, uploads);
    }

    /** The server has none of the files any more. */
    Progress forgotten() {
        return new Progress(writtenAt, names, answered, cids, List.of(), uploads + 1);
    }

    /** With one more post out. */
    Progress posted(String cid) {
        var more = new ArrayList<>(cids);
        more.add(cid);
        return new Progress(writtenAt, names, answered, more, List.of(), 0);
    }

    /** Once the first post is out, the checkpoint says so: it is what the sender asked for, whatever becomes of the rest. */
    Checkpoint at(BlueskyStep step, PublishCommand command, Instant now) {
        var values = new LinkedHashMap<String, String>();
        writtenAt.ifPresent(at -> values.put(WRITTEN_AT, at.toString()));
        names.ifPresent(known -> {
            var json = AnswerJson.newObject();
            known.forEach(json::put);
            values.put(NAMES, json.toString());
        });
        answered.ifPresent(post -> values.put(ANSWERED, post.toString()));
        if (!cids.isEmpty()) {
            values.put(CIDS, String.join(",", cids));
        }
        if (!blobs.isEmpty()) {
            var json = AnswerJson.newObject();
            json.putArray("list").addAll(blobs);
            values.put(BLOBS, json.toString());
        }
        if (uploads > 0) {
            values.put(UPLOADS, Integer.toString(uploads));
        }
        var checkpoint =
                Checkpoint.newBuilder().setStep(step.label()).setValues(values).setAt(now);
        if (!cids.isEmpty()) {
            checkpoint
                    .setRemoteId(RecordKey.uri(command, 0))
                    .setUrl(RecordKey.permalink(command, 0).toString());
        }
        return checkpoint.build();
    }

    private static Optional<JsonNode> json(Map<String, String> values, String name) {
        return Optional.ofNullable(values.get(name)).flatMap(AnswerJson::objectIn);
    }
}
