package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.AnswerJson.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.graph.AppSecretProof;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A Page, visited once on behalf of one command: the calls to it, and where the command goes from here. */
final class Page {

    /** What is at stake with a question: nothing. */
    static final Step LOOK = Step.preparing("look");

    /** How ids look that may become part of an address. */
    private static final String ID = "[0-9]{1,25}(_[0-9]{1,25})?";

    private static final int LOOKS_BEFORE_ABSENT = 2;

    /** How attempts name the step of a command that has no checkpoint so far. */
    private static final String FIRST = "publish";

    private final FacebookConfig config;
    private final PlatformHttp http;
    private final Clock clock;
    private final GraphErrors errors;
    private final PublishCommand command;
    private final Secret token;
    private final CallContext context;

    Page(
            FacebookConfig config,
            PlatformHttp http,
            Clock clock,
            GraphErrors errors,
            PublishCommand command,
            Secret token,
            CallContext context) {
        this.config = config;
        this.http = http;
        this.clock = clock;
        this.errors = errors;
        this.command = command;
        this.token = token;
        this.context = context;
    }

    FacebookConfig config() {
        return config;
    }

    PublishCommand command() {
        return command;
    }

    Content content() {
        return command.getContent();
    }

    Instant now() {
        return clock.instant();
    }

    /** What an earlier step left; empty text if it left nothing under this name. */
    String value(String name) {
        return command.getCheckpoint()
                .map(checkpoint -> checkpoint.getValues().getOrDefault(name, ""))
                .orElse("");
    }

    Map<String, String> values() {
        return command.getCheckpoint().map(Checkpoint::getValues).orElse(Map.of());
    }

    /** The path of something below the Page itself. */
    String below(String edge) {
        return "/" + URLEncoder.encode(command.getAccountId(), UTF_8) + edge;
    }

    Reply get(String endpoint, String path) {
        return call(Call.get(FacebookPlatform.ID, endpoint, address(path)));
    }

    Reply post(String endpoint, String path, Map<String, String> fields) {
        return call(Call.post(FacebookPlatform.ID, endpoint, address(path), new Body.Form(fields)));
    }

    Reply post(String endpoint, String path, List<Body.Part> parts) {
        return call(Call.post(FacebookPlatform.ID, endpoint, address(path), new Body.Multipart(parts)));
    }

    private URI address(String pathAndQuery) {
        return config.address(config.proofSecret()
                .map(secret -> AppSecretProof.on(pathAndQuery, secret, token))
                .orElse(pathAndQuery));
    }

    /** Bytes of a file, to the host that takes them. It wants the token in its own way. */
    Reply upload(String endpoint, URI address, long offset, long size, Buffer bytes) {
        return http.call(
                Call.post(FacebookPlatform.ID, endpoint, address, new Body.Bytes("application/octet-stream", bytes))
                        .withHeader("Authorization", "OAuth " + token.reveal())
                        .withHeader("offset", Long.toString(offset))
                        .withHeader("file_size", Long.toString(size))
                        .withCodeReader(UploadError::nameIn),
                context);
    }

    /** The token goes into a header: as a parameter it would come back in the addresses of next pages. */
    private Reply call(Call call) {
        return http.call(
                call.withBearer(token)
                        .withCodeReader(answer -> GraphError.in(answer).map(GraphError::text)),
                context);
    }

    /** What a call comes to that was not answered as hoped, or not at all. */
    Outcome failed(Reply reply, FacebookStep step) {
        return failed(reply, step.of(content()));
    }

    Outcome failed(Reply reply, Step step) {
        return switch (reply) {
            case NoAnswer missing -> step.unanswered(missing);
            case Answer answer -> doubted(errors.outcome(answer, step, command), step);
        };
    }

    /** Once a call of this post was in doubt, what is refused may be out: unless it is a matter of rights, it is looked for. */
    private Outcome doubted(Outcome outcome, Step step) {
        return outcome instanceof Rejected(var cause)
                        && step.publishes()
                        && Doubts.any(command)
                        && cause.code() != ErrorCode.PERMISSION_MISSING
                        && cause.code() != ErrorCode.APP_REFUSED
                        && !Doubts.isRefusedAgain(command, cause)
                ? step.unclear(cause)
                : outcome;
    }

    /**
     * Since when Facebook may have done what this step asks for without our knowing. That it calls a later try a duplicate most
     * likely speaks of that.
     */
    Optional<Instant> maybeDoneSince(FacebookStep step) {
        var unanswered = step.of(content()).publishes() ? Stream.<Instant>empty() : unansweredAtThisStep();
        var doubts =
                Stream.concat(command.getDoubt().map(Doubt::getSince).stream(), command.getDoubtedSince().stream());
        return Stream.concat(unanswered, doubts).min(Instant::compareTo);
    }

    /** Calls that only prepare leave no doubt behind when they are not answered. */
    private Stream<Instant> unansweredAtThisStep() {
        var step = command.getCheckpoint().map(Checkpoint::getStep).orElse(FIRST);
        return command.getHistory().stream()
                .filter(attempt -> attempt.getEnd() == AttemptEnd.UNAVAILABLE
                        && attempt.getStep().equals(step)
                        && !attempt.getErrorCode().equals(Optional.of(ErrorCode.NO_CONNECTION.name())))
                .map(Attempt::getStartedAt);
    }

    /** What a look comes to that was not answered as hoped. */
    Found blind(Reply reply) {
        return Doubts.cannotTell(failed(reply, LOOK));
    }

    /** An id in a successful answer. */
    static Optional<String> idIn(Reply reply, String field) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer).flatMap(body -> text(body, field)).filter(id -> id.matches(ID))
                : Optional.empty();
    }

    /** Whether an answer says {@code success}; documents have it as a text, too. */
    static boolean isDone(Reply reply) {
        return reply instanceof Answer answer
                && answer.isSuccess()
                && AnswerJson.objectIn(answer)
                        .filter(body -> body.path("success").asBoolean())
                        .isPresent();
    }

    /** An id that was stored, as part of an address. */
    static String segment(String id) {
        return URLEncoder.encode(id, UTF_8);
    }

    Checkpoint.Builder at(FacebookStep step, Map<String, String> values) {
        return Checkpoint.newBuilder().setStep(step.label()).setValues(values).setAt(clock.instant());
    }

    /** This step, at once. */
    Outcome next(FacebookStep step, Map<String, String> values) {
        return new Continue(at(step, values).build(), Optional.empty());
    }

    /** What follows now that the post is out. */
    Outcome out(String postId, Optional<URI> permalink) {
        return comment(postId, permalink)
                .<Outcome>map(checkpoint -> new Continue(checkpoint, Optional.empty()))
                .orElseGet(() -> new Published(postId, permalink));
    }

    /** The same, for a post that was found. */
    Found landed(String postId, Optional<URI> permalink) {
        return comment(postId, permalink)
                .<Found>map(Found.Further::new)
                .orElseGet(() -> new Found.Landed(postId, permalink));
    }

    private Optional<Checkpoint> comment(String postId, Optional<URI> permalink) {
        return content()
                .getFirstComment()
                .filter(text -> !text.isBlank())
                .map(_ -> at(FacebookStep.COMMENT, Map.of())
                        .setRemoteId(postId)
                        .setUrl(permalink.map(URI::toString).orElse(null))
                        .build());
    }

    /** Something was looked for where Facebook says for certain what is there. A call may take effect late, or be shown late. */
    Found missing(String detail) {
        var isLongEnough = Doubts.lookedSince(command)
                .filter(first -> !clock.instant().isBefore(first.plus(config.absentAfter())))
                .isPresent();
        return isLongEnough && Doubts.looks(command) >= LOOKS_BEFORE_ABSENT
                ? new Found.Absent()
                : Doubts.notSeen(detail);
    }
}
