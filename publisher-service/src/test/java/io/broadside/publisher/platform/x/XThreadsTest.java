package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.events.ThreadPart;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several posts in answer to each other. */
final class XThreadsTest {

    private static final String USER = "1111111111111111111";
    private static final String FIRST = "2080761390344937001";
    private static final String SECOND = "2080761390344937002";
    private static final String THIRD = "2080761390344937003";
    private static final URI LINK = URI.create("https://x.com/i/web/status/" + FIRST);

    private final Bench bench = new Bench();
    private final XPlatform x = new XPlatform(XUploadsTest.config(bench), bench.http(), bench.media(), bench.clock());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void postsOnePartAfterAnotherInAnswerToTheOneBefore() {
        // Given
        bench.server()
                .answers(201, "{\"data\":{\"id\":\"" + FIRST + "\",\"text\":\"1/3\"}}")
                .answers(201, "{\"data\":{\"id\":\"" + SECOND + "\",\"text\":\"2/2\"}}")
                .answers(201, "{\"data\":{\"id\":\"" + THIRD + "\"}}");
        var start = command(aText("1/3").setThread(List.of(part("2/2"), part("3/3"))));
        // When
        var first = publish(start);
        var second = publish(next(start, first));
        var third = publish(next(start, second));
        // Then
        assertThat(bench.server().asked().get(0).text()).isEqualTo("{\"text\":\"1/3\"}");
        assertThat(bench.server().asked().get(1).text())
                .isEqualTo("{\"text\":\"2/2\",\"reply\":{\"in_reply_to_tweet_id\":\"" + FIRST + "\"}}");
        assertThat(bench.server().asked().get(2).text())
                .isEqualTo("{\"text\":\"3/3\",\"reply\":{\"in_reply_to_tweet_id\":\"" + SECOND + "\"}}");
        assertThat(second).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("create");
            assertThat(it.checkpoint().getValues()).isEqualTo(Map.of("posted", FIRST + "," + SECOND));
            assertThat(it.checkpoint().getRemoteId()).contains(FIRST);
            assertThat(it.checkpoint().getUrl()).contains(LINK.toString());
            assertThat(it.notBefore()).isEmpty();
        });
        assertThat(third).isEqualTo(new Published(FIRST, Optional.of(LINK)));
    }

    @Test
    void putsTheFirstCommentBelowTheFirstPost() {
        // Given
        bench.server().answers(201, "{\"data\":{\"id\":\"" + THIRD + "\"}}");
        var content = aText("1/2").setThread(List.of(part("2/2"))).setFirstComment("Links below");
        // When
        var outcome = publish(at("create", Map.of("posted", FIRST + "," + SECOND), content));
        // Then
        assertThat(bench.server().last().text())
                .isEqualTo("{\"text\":\"Links below\",\"reply\":{\"in_reply_to_tweet_id\":\"" + FIRST + "\"}}");
        assertThat(outcome).isEqualTo(new Published(FIRST, Optional.of(LINK)));
    }

    @Test
    void uploadsTheMediaOfAPartBeforeItAndKeepsWhatIsOut() {
        // Given
        var content = aText("1/2")
                .setThread(List.of(ThreadPart.newBuilder()
                        .setText("2/2")
                        .setMedia(List.of(anImage(bench.server().uri() + "/a.png")))
                        .build()));
        bench.server()
                .answers(201, "{\"data\":{\"id\":\"" + FIRST + "\"}}")
                .answers(200, Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}), Map.of())
                .answers(200, "{\"data\":{\"id\":\"1900000000000000001\",\"expires_after_secs\":86400}}")
                .answers(201, "{\"data\":{\"id\":\"" + SECOND + "\"}}");
        var start = command(content);
        // When
        var first = publish(start);
        var uploaded = publish(next(start, first));
        var second = publish(next(start, uploaded));
        // Then
        assertThat(((Continue) first).checkpoint().getStep()).isEqualTo("upload");
        assertThat(((Continue) uploaded).checkpoint().getRemoteId()).contains(FIRST);
        assertThat(bench.server().last().text())
                .isEqualTo("{\"text\":\"2/2\",\"reply\":{\"in_reply_to_tweet_id\":\"" + FIRST
                        + "\"},\"media\":{\"media_ids\":[\"1900000000000000001\"]}}");
        assertThat(second).isEqualTo(new Published(FIRST, Optional.of(LINK)));
    }

    @Test
    void saysAtWhichPartAThreadEnded() {
        // Given
        bench.server()
                .answers(
                        403,
                        "{\"detail\":\"You attempted to reply to a Tweet that is deleted or not visible to you.\",\"type\":\"about:blank\"}");
        // When
        var outcome = publish(
                at("create", Map.of("posted", FIRST), aText("1/3").setThread(List.of(part("2/3"), part("3/3")))));
        // Then
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, it -> {
            assertThat(it.cause().code()).isEqualTo(ErrorCode.NOT_FOUND);
            assertThat(it.cause().detail()).startsWith("This is about part 2 of 3: ");
        });
    }

    @Test
    void isInDoubtAboutAPartWhoseAnswerWasLost() {
        bench.server().answers(503, "{\"title\":\"Service Unavailable\",\"status\":503}");
        var second = at("create", Map.of("posted", FIRST), aText("1/2").setThread(List.of(part("2/2"))));
        assertThat(publish(second)).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void findsAPartByWhatItAnswersAndGoesOnWithTheNext() {
        // Given: posts of the same text, in answer to nothing and to another post
        bench.server()
                .answers(
                        200,
                        "{\"data\":[" + post("1", "more", "") + "," + post("2", "more", "77") + ","
                                + post(SECOND, "more", FIRST) + "],\"meta\":{\"result_count\":3}}");
        var command = inDoubt(Map.of("posted", FIRST), aText("start").setThread(List.of(part("more"), part("end"))), 0);
        // When
        var found = find(command);
        // Then
        assertThat(found).isInstanceOfSatisfying(Found.Further.class, it -> {
            assertThat(it.checkpoint().getValues()).isEqualTo(Map.of("posted", FIRST + "," + SECOND));
            assertThat(it.checkpoint().getRemoteId()).contains(FIRST);
        });
    }

    @Test
    void goesOnWithTheThreadWhenItsFirstPostIsFound() {
        // Given
        bench.server()
                .answers(
                        200,
                        "{\"data\":[" + post("1", "start", "77") + "," + post(FIRST, "start", "")
                                + "],\"meta\":{\"result_count\":2}}");
        // When
        var found = find(inDoubt(Map.of(), aText("start").setThread(List.of(part("more"))), 0));
        // Then
        assertThat(found)
                .isInstanceOfSatisfying(
                        Found.Further.class,
                        it -> assertThat(it.checkpoint().getRemoteId()).contains(FIRST));
    }

    @Test
    void endsWhenItsLastPartIsFound() {
        // Given
        bench.server().answers(200, "{\"data\":[" + post(SECOND, "more", FIRST) + "],\"meta\":{\"result_count\":1}}");
        // Then
        assertThat(find(inDoubt(Map.of("posted", FIRST), aText("start").setThread(List.of(part("more"))), 0)))
                .isEqualTo(new Found.Landed(FIRST, Optional.of(LINK)));
    }

    @Test
    void sendsAPartAgainOnlyWhenTheTimelineHasLackedItForAWhile() {
        // Given
        var without = "{\"data\":[" + post(FIRST, "start", "") + "],\"meta\":{\"result_count\":1}}";
        bench.server().answers(200, without).answers(200, without);
        var content = aText("start").setThread(List.of(part("more")));
        // Then
        assertThat(find(inDoubt(Map.of("posted", FIRST), content, 0))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(inDoubt(Map.of("posted", FIRST), content, 2))).isEqualTo(new Found.Absent());
    }

    @Test
    void appliesWhoMayAnswerToTheFirstPostAndTheRestToAll() {
        // Given
        bench.server()
                .answers(201, "{\"data\":{\"id\":\"" + FIRST + "\"}}")
                .answers(201, "{\"data\":{\"id\":\"" + SECOND + "\"}}");
        var start = command(aText("1/2")
                .setThread(List.of(part("2/2")))
                .setOptions(Map.of(
                        "x.replySettings", "mentionedUsers",
                        "x.madeWithAi", "true",
                        "x.paidPartnership", "false")));
        // When
        publish(next(start, publish(start)));
        // Then
        assertThat(bench.server().asked().getFirst().text())
                .isEqualTo(
                        "{\"text\":\"1/2\",\"reply_settings\":\"mentionedUsers\",\"made_with_ai\":true,\"paid_partnership\":false}");
        assertThat(bench.server().last().text())
                .isEqualTo("{\"text\":\"2/2\",\"reply\":{\"in_reply_to_tweet_id\":\"" + FIRST
                        + "\"},\"made_with_ai\":true,\"paid_partnership\":false}");
    }

    @Test
    void doesNotKnowWhatToMakeOfMorePartsThanThereAre() {
        var command = at("create", Map.of("posted", FIRST + "," + SECOND), aText("alone"));
        assertThat(publish(command)).isInstanceOf(Unconfirmed.class);
        assertThat(find(command)).isInstanceOf(Found.CannotTell.class);
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void waitsWhenXIsDownBeforeAPartsMedia() {
        // Given
        var content = aText("1/2")
                .setThread(List.of(ThreadPart.newBuilder()
                        .setText("2/2")
                        .setMedia(List.of(anImage(bench.server().uri() + "/a.png")))
                        .build()));
        bench.server().answers(503, "");
        // Then
        assertThat(publish(at("upload", Map.of("posted", FIRST), content))).isInstanceOf(Unavailable.class);
    }

    private static String post(String id, String text, String answers) {
        var referenced = answers.isEmpty()
                ? ""
                : ",\"referenced_tweets\":[{\"type\":\"replied_to\",\"id\":\"" + answers + "\"}]";
        return "{\"id\":\"" + id + "\",\"text\":\"" + text + "\",\"created_at\":\"2026-11-20T10:15:01.000Z\""
                + referenced + "}";
    }

    private static ThreadPart part(String text) {
        return ThreadPart.newBuilder().setText(text).build();
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("x", USER, content).build();
    }

    private static PublishCommand at(String step, Map<String, String> values, Content.Builder content) {
        return aCommand("x", USER, content)
                .setCheckpoint(aCheckpoint(step, values, Bench.NOW.minusSeconds(60)))
                .build();
    }

    private static PublishCommand inDoubt(Map<String, String> values, Content.Builder content, int looks) {
        return PublishCommand.newBuilder(at("create", values, content))
                .setDoubt(aDoubt("create", looks, Duration.ofMinutes(5)))
                .build();
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private Outcome publish(PublishCommand command) {
        return x.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        return x.find(command, Bench.TOKEN, bench.context());
    }
}
