package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.runtime.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An account connected by Instagram login, at a fake server, and commands for it. */
final class Account implements AutoCloseable {

    static final String ID = "17840000000000001";
    static final String CONTAINER = "17890000000000010";
    static final String POST = "18020000000000099";
    static final URI PERMALINK = URI.create("https://www.instagram.com/p/AbC/");

    /** What a container is asked. */
    static final String STATUS_QUERY = "status_code,status";

    final Bench bench = new Bench();
    final InstagramPlatform platform = platform(bench);

    static InstagramPlatform platform(Bench bench) {
        return new InstagramPlatform(config(bench), noPrivateMedia(), bench.http(), bench.clock());
    }

    static InstagramConfig config(Bench bench) {
        return config(bench, Optional.empty());
    }

    static InstagramConfig config(Bench bench, Optional<Secret> proofSecret) {
        return new InstagramConfig(
                new InstagramConfig.Api(bench.server().uri(), "v26.0"),
                new InstagramConfig.Api(bench.server().uri().resolve("/by-facebook/"), "v25.0"),
                Duration.ofSeconds(3),
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                proofSecret);
    }

    static MediaConfig noPrivateMedia() {
        return new MediaConfig(false, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofSeconds(20));
    }

    Outcome publish(PublishCommand command) {
        return platform.publish(command, Bench.TOKEN, bench.context());
    }

    Found find(PublishCommand command) {
        return platform.find(command, Bench.TOKEN, bench.context());
    }

    static Content.Builder aPicture() {
        return aText("Hi").setMedia(List.of(anImage("https://cdn.example.org/a.jpg")));
    }

    static PublishCommand.Builder aPost(Content.Builder content) {
        return aCommand("instagram", ID, content).setAccountKind("instagram_login");
    }

    /** With its container made just now. */
    static PublishCommand.Builder atStep(String step, Content.Builder content) {
        return atStep(step, content, Map.of("container", CONTAINER, "madeAt", Bench.NOW.toString()));
    }

    static PublishCommand.Builder atStep(String step, Content.Builder content, Map<String, String> values) {
        return aPost(content).setCheckpoint(aCheckpoint(step, values, Bench.NOW));
    }

    static PublishCommand.Builder inDoubt(Content.Builder content) {
        return atStep("publish", content).setDoubt(aDoubt("publish", 0)).setDoubtedSince(Bench.NOW.minusSeconds(30));
    }

    static PublishCommand next(PublishCommand command, Outcome outcome) {
        return PublishCommand.newBuilder(command)
                .setCheckpoint(checkpoint(outcome))
                .build();
    }

    static Checkpoint checkpoint(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return ((Continue) outcome).checkpoint();
    }

    static Instant due(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return ((Continue) outcome).notBefore().orElse(Bench.NOW);
    }

    /** Failures of this kind, the newest a moment ago. */
    static List<Attempt> failures(int count, AttemptEnd end, String platformCode, Instant at) {
        return Collections.nCopies(
                count,
                Attempt.newBuilder()
                        .setNumber(1)
                        .setStartedAt(at)
                        .setDurationMs(100)
                        .setStep("publish")
                        .setEnd(end)
                        .setPlatformCode(platformCode)
                        .build());
    }

    static String id(String id) {
        return "{\"id\":\"" + id + "\"}";
    }

    static String status(String code) {
        return "{\"status_code\":\"" + code + "\",\"id\":\"" + CONTAINER + "\"}";
    }

    static String failed(String status) {
        return "{\"status_code\":\"ERROR\",\"status\":\"" + status + "\",\"id\":\"" + CONTAINER + "\"}";
    }

    static String error(int code, int subcode) {
        var sub = subcode == 0 ? "" : ",\"error_subcode\":" + subcode;
        return "{\"error\":{\"message\":\"m\",\"type\":\"OAuthException\",\"code\":" + code + sub
                + ",\"is_transient\":false,\"error_user_msg\":\"Bitte warten\",\"fbtrace_id\":\"Axxxxxxxxxx\"}}";
    }

    static String quota(int used, int total) {
        return "{\"data\":[{\"quota_usage\":" + used + ",\"config\":{\"quota_total\":" + total
                + ",\"quota_duration\":86400}}]}";
    }

    static String permalink() {
        return "{\"permalink\":\"" + PERMALINK + "\",\"id\":\"" + POST + "\"}";
    }

    /** A list of posts. */
    static String list(String... entries) {
        return "{\"data\":[" + String.join(",", entries) + "]}";
    }

    static String entry(String id, String caption, String timestamp, String type, String product) {
        return "{\"id\":\"" + id + "\",\"caption\":\"" + caption + "\",\"timestamp\":\"" + timestamp
                + "\",\"media_type\":\"" + type + "\",\"media_product_type\":\"" + product + "\",\"permalink\":\""
                + PERMALINK + "\"}";
    }

    @Override
    public void close() {
        bench.close();
    }
}
