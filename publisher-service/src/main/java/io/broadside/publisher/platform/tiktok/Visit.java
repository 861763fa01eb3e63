package io.broadside.publisher.platform.tiktok;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Underway;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One command at TikTok, for one call of publish or find, and what its checkpoint says. */
record Visit(PublishCommand command, Secret token, CallContext context, Instant now) {

    static final String PUBLISH_ID = "publishId";
    static final String USERNAME = "username";
    static final String LONGEST_SECONDS = "longestSeconds";
    /** When the post was begun: its upload address lives for an hour from then. */
    static final String BEGUN_AT = "begunAt";
    /** The upload address, sealed: whoever has it decides what the account publishes. */
    static final String UPLOAD = "upload";

    /** Tells the file from what may come in its place. */
    static final String VERSION = "version";

    static final String SIZE = "size";
    static final String CHUNK_SIZE = "chunkSize";
    static final String CONTENT_TYPE = "contentType";
    static final String OFFSET = "offset";
    /** Version of the token that the post was begun with. */
    static final String TOKEN_VERSION = "tokenVersion";
    /** How often the post was begun anew. */
    static final String RESTARTS = "restarts";
    /** Whether we have told TikTok to give the post up, or were about to. */
    static final String CANCELLED = "cancelled";

    private static final String ID = "[A-Za-z0-9._~-]{1,64}";

    /** An id of a post that was begun, if it looks like one. */
    static boolean isPublishId(String id) {
        return id.matches(ID);
    }

    Content content() {
        return command.getContent();
    }

    Map<String, String> values() {
        return command.getCheckpoint().map(Checkpoint::getValues).orElse(Map.of());
    }

    String value(String name) {
        return values().getOrDefault(name, "");
    }

    /** 0 for what is no number. */
    long number(String name) {
        var text = value(name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    Optional<Instant> begunAt() {
        try {
            return Optional.of(Instant.parse(value(BEGUN_AT)));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** Since when TikTok may be at work on the post by itself. */
    Instant workingSince() {
        return command.getDoubt()
                .map(doubt -> doubt.getSince())
                .or(() -> command.getCheckpoint().map(Checkpoint::getAt))
                .orElse(now);
    }

    /** Whether the last piece, or the call that publishes, was or may have been sent at any time. */
    boolean wasEverInDoubt() {
        return Doubts.any(command);
    }

    /** What is to be known of a post that has just been begun. */
    Map<String, String> begun(String publishId) {
        var begun = new LinkedHashMap<String, String>();
        begun.put(PUBLISH_ID, publishId);
        begun.put(BEGUN_AT, now.toString());
        context.tokenVersion().ifPresent(version -> begun.put(TOKEN_VERSION, Long.toString(version)));
        return begun;
    }

    /** Whether the post may have been begun with another token than there is now. */
    boolean mayHaveAnotherToken() {
        return value(TOKEN_VERSION).isEmpty() || context.tokenVersion().orElse(0) > number(TOKEN_VERSION);
    }

    boolean isCancelledByUs() {
        return value(CANCELLED).equals("true");
    }

    /** The values of the checkpoint, and these in the place of those of the same name. */
    Map<String, String> valuesWith(Map<String, String> more) {
        var all = new LinkedHashMap<>(values());
        all.putAll(more);
        return all;
    }

    Continue next(TikTokStep step, Map<String, String> values, Optional<Instant> notBefore) {
        return new Continue(checkpoint(step, values, now), notBefore);
    }

    /** TikTok has all it needs, so the upload address is needed no more. */
    Underway underway(Map<String, String> values, Instant notBefore) {
        var needed = new LinkedHashMap<>(values);
        needed.remove(UPLOAD);
        var isThere = TikTokStep.of(command).filter(TikTokStep.STATUS::equals).isPresent();
        var at = isThere ? command.getCheckpoint().map(Checkpoint::getAt).orElse(now) : now;
        return new Underway(checkpoint(TikTokStep.STATUS, needed, at), Optional.of(notBefore));
    }

    private static Checkpoint checkpoint(TikTokStep step, Map<String, String> values, Instant at) {
        return Checkpoint.newBuilder()
                .setStep(step.label())
                .setValues(values)
                .setAt(at)
                .build();
    }
}
