package io.broadside.publisher.posts;

import io.broadside.events.CancelRequest;
import io.broadside.events.Fault;
import io.broadside.events.PublishRequest;
import io.broadside.publisher.posts.JsonEvents.Read;
import io.broadside.publisher.posts.Requests.TargetFault;
import io.broadside.publisher.posts.Timeline.State;
import io.broadside.runtime.api.ApiAnswer;
import io.broadside.runtime.api.ApiRequest;
import io.broadside.runtime.api.ApiRoute;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topics;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Requests over HTTP: the same contract as the event's, as JSON.
 *
 * <ol>
 *   <li>202 is said to a request when it is durable, and not before. A request that is not known to be is 503; sent again
 *       under its id it does no harm.
 *   <li>A request that could not work for one of its targets is refused as a whole, with everything that is wrong with it.
 *   <li>The same request again has no effect, and gets what became of it. Another one under a used id is 409, if the first is
 *       known here; if it is not yet, the fan-out refuses it.
 *   <li>Any instance can be asked for any post. 404 is said only when everything is known that was durable by then.
 * </ol>
 */
final class PostsApi {

    /** A request of half a MiB is allowed; as JSON with escapes it can be longer. */
    static final int MOST_BODY_BYTES = 2 << 20;

    private static final List<String> CANCEL_PARAMETERS = List.of("connectionId", "reason");
    private static final int LONGEST_NAME = 64;
    private static final Duration CURRENT_WITHIN = Duration.ofSeconds(2);
    private static final Duration READ_WITHIN = Duration.ofSeconds(1);
    private static final Duration COME_BACK = Duration.ofSeconds(2);

    private final Requests requests;
    private final Timelines timelines;
    private final PostsProducer producer;
    private final EventSerdes serdes;
    private final Clock clock;

    PostsApi(Requests requests, Timelines timelines, PostsProducer producer, EventSerdes serdes, Clock clock) {
        this.requests = requests;
        this.timelines = timelines;
        this.producer = producer;
        this.serdes = serdes;
        this.clock = clock;
    }

    List<ApiRoute> routes() {
        var document = OpenApi.document();
        return List.of(
                ApiRoute.post("/v1/posts", request -> withKafka(() -> post(request))),
                ApiRoute.post("/v1/posts/validate", request -> withKafka(() -> validate(request))),
                ApiRoute.get("/v1/posts/{requestId}", request -> withKafka(() -> get(request))),
                ApiRoute.delete("/v1/posts/{requestId}", request -> withKafka(() -> cancel(request))),
                ApiRoute.get("/openapi.json", _ -> ApiAnswer.of(200, document)).open());
    }

    private ApiAnswer post(ApiRequest request) {
        return switch (JsonEvents.request(request.body())) {
            case Read.Unreadable(var message) -> unreadable(message);
            case Read.Faulty(var faults) -> faulty(ofRequest(faults));
            case Read.Request(var read) -> post(read, request.trace());
        };
    }

    private ApiAnswer post(PublishRequest request, Trace trace) {
        var id = request.getRequestId();
        var fingerprint = requests.fingerprint(request);
        if (requests.isValidId(id)) {
            var known = timelines.find(id);
            if (known.note().isPresent()) {
                return known.note().get().fingerprint().equals(fingerprint) ? shown(id, known) : reused();
            }
        }
        var faults = requests.faults(request);
        if (!faults.isEmpty()) {
            return faulty(faults);
        }
        var value = serdes.write(Topics.REQUESTS, request);
        var tooLarge = requests.tooLarge(value.length);
        if (tooLarge.isPresent()) {
            return faulty(ofRequest(List.of(tooLarge.get())));
        }
        var written = producer.write(Topics.REQUESTS, id, value, trace);
        if (written.isEmpty()) {
            return notDurable("The request could not be made durable; send it again under the same requestId.");
        }
        awaitRead(written.get());
        var note = RequestNote.of(request, fingerprint, clock.instant());
        var timeline = new Timeline(Optional.of(note), List.of(), List.of(), false);
        return ApiAnswer.of(202, PostView.of(id, timeline)).with("location", path(id));
    }

    private ApiAnswer validate(ApiRequest request) {
        return switch (JsonEvents.request(request.body())) {
            case Read.Unreadable(var message) -> unreadable(message);
            case Read.Faulty(var faults) -> faulty(ofRequest(faults));
            case Read.Request(var read) -> {
                var faults = requests.faults(read);
                var tooLarge = requests.tooLarge(serdes.write(Topics.REQUESTS, read).length);
                yield !faults.isEmpty()
                        ? faulty(faults)
                        : tooLarge.map(fault -> faulty(ofRequest(List.of(fault))))
                                .orElseGet(() -> ApiAnswer.of(
                                        200,
                                        PostView.valid(
                                                read.getRequestId(),
                                                read.getTargets().size())));
            }
        };
    }

    private ApiAnswer get(ApiRequest request) {
        var id = request.path("requestId");
        return known(id)
                .map(timeline -> ApiAnswer.of(200, PostView.of(id, timeline)))
                .orElseGet(() -> unknown());
    }

    /** What has not gone out is taken back; what is under way goes on, and its result says so. */
    private ApiAnswer cancel(ApiRequest request) {
        var id = request.path("requestId");
        var known = known(id);
        if (known.isEmpty()) {
            return unknown();
        }
        var misspelt = request.query().keySet().stream()
                .filter(name -> !CANCEL_PARAMETERS.contains(name))
                .sorted()
                .toList();
        if (!misspelt.isEmpty()) {
            // Left alone, a misspelt connectionId would take back every target.
            return faulty(
                    ofRequest(misspelt.stream().map(PostsApi::unknownParameter).toList()));
        }
        var connectionId = request.query("connectionId");
        if (connectionId.filter(one -> !known.get().mayConcern(one)).isPresent()) {
            return ApiAnswer.error(
                    404,
                    "UNKNOWN_TARGET",
                    "No target of this request has this connectionId; nothing was taken back. Its targets are listed under"
                            + " GET " + path(id) + ".");
        }
        if (known.get().state() == State.FINAL) {
            return ApiAnswer.of(200, PostView.of(id, known.get()));
        }
        var cancel = CancelRequest.newBuilder()
                .setRequestId(id)
                .setConnectionId(connectionId.orElse(null))
                .setRequestedBy("posts API")
                .setReason(request.query("reason").orElse(null))
                .setRequestedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .build();
        var written =
                producer.write(Topics.CANCELLATIONS, id, serdes.write(Topics.CANCELLATIONS, cancel), request.trace());
        return written.isPresent()
                ? ApiAnswer.of(202, PostView.of(id, known.get())).with("location", path(id))
                : notDurable("The cancellation could not be made durable; send it again.");
    }

    private static Fault unknownParameter(String name) {
        return Fault.newBuilder()
                .setField("query." + name.substring(0, Math.min(name.length(), LONGEST_NAME)))
                .setRule("unknownParameter")
                .setLimit(String.join(", ", CANCEL_PARAMETERS))
                .setMessage(
                        "A cancellation takes the parameters connectionId and reason; correct this one, or leave it out.")
                .build();
    }

    /** What is known of a request, once everything is known that was durable when it was asked for. */
    private Optional<Timeline> known(String requestId) {
        if (!requests.isValidId(requestId)) {
            return Optional.empty();
        }
        var found = timelines.find(requestId);
        if (timelines.isLoaded() && !found.isEmpty()) {
            return Optional.of(found);
        }
        try {
            timelines.awaitCurrent(CURRENT_WITHIN);
        } catch (TimeoutException _) {
            throw new BehindException();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new BehindException();
        }
        return Optional.of(timelines.find(requestId)).filter(timeline -> !timeline.isEmpty());
    }

    /** So that whoever asks here next finds it. If it takes too long, so be it. */
    private void awaitRead(RecordMetadata written) {
        try {
            timelines.awaitRead(
                    new TopicPartition(written.topic(), written.partition()), written.offset(), READ_WITHIN);
        } catch (TimeoutException _) {
            // The answer is true all the same.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What cannot be told or done while Kafka, its registry or the index is not there. */
    private static ApiAnswer withKafka(Supplier<ApiAnswer> work) {
        try {
            return work.get();
        } catch (RegistryUnavailableException _) {
            return ApiAnswer.notNow(
                    "UNAVAILABLE", "The schema registry does not answer; send the request again.", COME_BACK);
        } catch (BehindException _) {
            return ApiAnswer.notNow(
                    "UNAVAILABLE", "What is known of posts is not up to date yet; ask again.", COME_BACK);
        } catch (KafkaException _) {
            return ApiAnswer.notNow("UNAVAILABLE", "Kafka does not answer; send the request again.", COME_BACK);
        }
    }

    private static final class BehindException extends RuntimeException {}

    private static ApiAnswer shown(String id, Timeline known) {
        var status = known.state() == State.FINAL ? 200 : 202;
        return ApiAnswer.of(status, PostView.of(id, known)).with("location", path(id));
    }

    private static ApiAnswer unreadable(String message) {
        return ApiAnswer.error(400, ErrorCode.INVALID_REQUEST.name(), message);
    }

    private static ApiAnswer faulty(List<TargetFault> faults) {
        var count = faults.size() == 1 ? "one thing" : faults.size() + " things";
        return ApiAnswer.error(
                400,
                ErrorCode.INVALID_REQUEST.name(),
                "The request breaks a rule: " + count + " to mend, see faults. Nothing was sent.",
                PostView.faults(faults));
    }

    private static List<TargetFault> ofRequest(List<Fault> faults) {
        return faults.stream()
                .map(fault -> new TargetFault(Optional.empty(), fault))
                .toList();
    }

    private static ApiAnswer reused() {
        return ApiAnswer.error(
                409,
                ErrorCode.REQUEST_ID_REUSED.name(),
                "This requestId belongs to an earlier, different request; nothing was done. Send this one under a new id.");
    }

    private static ApiAnswer unknown() {
        return ApiAnswer.error(
                404,
                "UNKNOWN_REQUEST",
                "There is no post of this requestId, or it ended too long ago to be told of (PUBLISHER_API_KEPT); check the id.");
    }

    private static ApiAnswer notDurable(String message) {
        return ApiAnswer.notNow("UNAVAILABLE", message, COME_BACK);
    }

    private static String path(String requestId) {
        return "/v1/posts/"
                + URLEncoder.encode(requestId, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
