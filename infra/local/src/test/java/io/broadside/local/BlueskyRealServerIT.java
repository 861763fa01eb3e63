package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.events.ThreadPart;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bluesky as it really is: the server of its makers, which nobody here wrote, runs beside the services.
 *
 * <p>Larger runs: {@code -Dbluesky.posts=200 -Dbluesky.cuts=50 -Dbluesky.kills=20 -Dbluesky.refreshes=24}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class BlueskyRealServerIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(BlueskyRealServerIT.class);

    private static final int POSTS = Integer.getInteger("bluesky.posts", 12);
    private static final int CUTS = Integer.getInteger("bluesky.cuts", 3);
    private static final int KILLS = Integer.getInteger("bluesky.kills", 1);
    private static final int REFRESHES = Integer.getInteger("bluesky.refreshes", 12);
    private static final int AUTHORS = 4;
    private static final int DEMANDS = 40;
    private static final String PUT = "/xrpc/com.atproto.repo.putRecord";
    private static final String REFRESH = "/xrpc/com.atproto.server.refreshSession";
    private static final Pattern REFRESH_TOKEN = Pattern.compile("refresh_token=[^&\\s]+");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RealBluesky bluesky;
    private BlueskyStack stack;

    @BeforeAll
    void startAll(@TempDir Path data) throws Exception {
        RealBluesky.assumeInstalled();
        bluesky = RealBluesky.start(data.resolve("bluesky"));
        stack = BlueskyStack.start(data, bluesky);
    }

    @AfterAll
    void stopAll() {
        if (stack != null) {
            stack.close();
        }
        if (bluesky != null) {
            bluesky.close();
        }
    }

    @AfterEach
    void answersComeAgain() {
        if (bluesky != null) {
            bluesky.proxy().loseNothing();
        }
    }

    @Test
    void everyKindOfPostIsPublishedAndReadBack() throws Exception {
        // Given
        var author = bluesky.create("author");
        var friend = bluesky.create("friend");
        stack.connected("author", author);
        stack.connected("friend", friend);
        stack.publish("friends", "friend", aText("Anybody there?"));
        stack.awaitUntil(() -> stack.isFinal("friends"));
        var asked = stack.result("friends").getRemoteId().orElseThrow();
        // When
        stack.publish(
                "text", "author", aText("Größe: see https://example.test/ä, @friend-here.test #größe. @nobody.test"));
        stack.publish(
                "card",
                "author",
                Content.newBuilder(aText("A card"))
                        .setLink(Link.newBuilder()
                                .setUrl("https://example.test/page")
                                .setTitle("Title")
                                .setDescription("Description")
                                .setThumbnailUrl(stack.media("sample.jpg").toString())
                                .build())
                        .build());
        stack.publish(
                "images",
                "author",
                with("Two images", medium(MediaKind.IMAGE, "sample.jpg"), medium(MediaKind.IMAGE, "sample.png")));
        stack.publish("video", "author", with("A video", medium(MediaKind.VIDEO, "sample.mp4")));
        stack.publish(
                "thread",
                "author",
                Content.newBuilder(aText("One"))
                        .setThread(List.of(
                                ThreadPart.newBuilder().setText("Two").build(),
                                ThreadPart.newBuilder()
                                        .setText("Three")
                                        .setMedia(List.of(medium(MediaKind.IMAGE, "sample.png")))
                                        .build()))
                        .setFirstComment("Comment")
                        .build());
        stack.publish(
                "reply",
                "author",
                Content.newBuilder(aText("I am"))
                        .setOptions(Map.of("bluesky.replyTo", asked, "bluesky.languages", "en"))
                        .build());
        var ids = List.of("text", "card", "images", "video", "thread", "reply");
        stack.awaitUntil(() -> ids.stream().allMatch(stack::isFinal));
        // Then
        assertThat(ids)
                .allSatisfy(id -> assertThat(stack.result(id))
                        .as(id)
                        .returns(ResultStatus.PUBLISHED, PostResult::getStatus)
                        .returns(Optional.empty(), PostResult::getError));
        assertThat(bluesky.texts(author))
                .containsExactlyInAnyOrder(
                        "Größe: see https://example.test/ä, @friend-here.test #größe. @nobody.test",
                        "A card",
                        "Two images",
                        "A video",
                        "One",
                        "Two",
                        "Three",
                        "Comment",
                        "I am");
        assertThat(bluesky.post(author, "Größe").path("facets")).hasSize(3);
        assertThat(bluesky.post(author, "Größe").path("facets").toString()).contains(friend.did(), "größe");
        var card = bluesky.post(author, "A card").path("embed").path("external");
        assertThat(card.path("title").asText()).isEqualTo("Title");
        assertThat(card.path("thumb").path("mimeType").asText()).isEqualTo("image/jpeg");
        assertThat(bluesky.post(author, "Two images").path("embed").path("images"))
                .hasSize(2);
        assertThat(bluesky.post(author, "A video")
                        .path("embed")
                        .path("video")
                        .path("mimeType")
                        .asText())
                .isEqualTo("video/mp4");
        var root = bluesky.post(author, "Three")
                .path("reply")
                .path("root")
                .path("uri")
                .asText();
        assertThat(root).isEqualTo(stack.result("thread").getRemoteId().orElseThrow());
        assertThat(bluesky.post(author, "Comment")
                        .path("reply")
                        .path("parent")
                        .path("uri")
                        .asText())
                .isEqualTo(root);
        assertThat(bluesky.post(author, "I am")
                        .path("reply")
                        .path("parent")
                        .path("uri")
                        .asText())
                .isEqualTo(asked);
        assertThat(stack.result("text").getUrl().orElseThrow())
                .startsWith("https://bsky.app/profile/" + author.did() + "/post/");
    }

    @Test
    void anAnswerThatIsLostIsNoDoubtThatStays() throws Exception {
        // Given
        var account = bluesky.create("cut");
        stack.connected("cut", account);
        bluesky.proxy().cut(PUT, 1, 1.0, 1);
        // When
        stack.publish("cut-1", "cut", aText("Cut"));
        stack.awaitUntil(() -> stack.isFinal("cut-1"));
        // Then
        assertThat(bluesky.proxy().cutsLeft()).isZero();
        assertThat(stack.result("cut-1").getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(bluesky.texts(account)).containsExactly("Cut");
    }

    @Test
    void anAccessTokenThatHasEndedIsRenewedAndThePostGoesOut() throws Exception {
        // Given
        var account = bluesky.create("ended");
        var session = bluesky.session(account);
        var pasted = stack.paste(JSON.createObjectNode()
                .put("profileId", "ended")
                .put("platform", "bluesky")
                .put("accountId", account.did())
                .put("accountName", account.handle())
                .put("accessToken", bluesky.expiredToken(account))
                .put("refreshToken", session.path("refreshJwt").asText())
                .put("verify", false));
        assertThat(pasted.statusCode()).as(pasted.body()).isEqualTo(201);
        // When
        stack.publish("ended-1", "ended", aText("After a refresh"));
        stack.awaitUntil(() -> stack.isFinal("ended-1"));
        // Then
        assertThat(stack.result("ended-1").getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(bluesky.texts(account)).containsExactly("After a refresh");
    }

    @Test
    void aPasswordThatWasRevokedNeedsAPersonAndWhatWaitedGoesOutAfterwards() throws Exception {
        // Given
        var account = bluesky.create("revoked");
        var id = stack.connected("revoked", account);
        bluesky.revokeAppPassword(account, "first");
        // When
        stack.demand(id, 1, 1);
        stack.awaitUntil(() -> stack.connection(id).getStatus() == ConnectionStatus.NEEDS_REAUTH);
        stack.publish("revoked-1", "revoked", aText("Waited for a person"));
        stack.awaitUntil(() -> stack.isWaiting("revoked-1", DelayCause.PERSON));
        var again = stack.connect("revoked", account.handle(), bluesky.newAppPassword(account.accessToken(), "second"));
        // Then
        assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
        stack.awaitUntil(() -> stack.isFinal("revoked-1"));
        assertThat(bluesky.texts(account)).containsExactly("Waited for a person");
    }

    @Test
    void anAccountThatIsTakenDownNeedsAPerson() throws Exception {
        // Given
        var account = bluesky.create("down");
        var id = stack.connected("down", account);
        bluesky.takeDown(account, true);
        // When
        stack.publish("down-1", "down", aText("Taken down"));
        stack.awaitUntil(() -> stack.isWaiting("down-1", DelayCause.PERSON));
        // Then
        assertThat(stack.connect("down", account.handle(), account.appPassword())
                        .statusCode())
                .isEqualTo(422);
        bluesky.takeDown(account, false);
        assertThat(stack.connected("down", account)).isEqualTo(id);
        stack.awaitUntil(() -> stack.isFinal("down-1"));
        assertThat(bluesky.texts(account)).containsExactly("Taken down");
    }

    @Test
    void tooManySignInsAreATroubleThatPasses() throws Exception {
        // Given
        var account = bluesky.create("limited");
        // When
        var answers = new ArrayList<Integer>();
        for (var i = 0; i < 33; i++) {
            answers.add(stack.connect("limited", account.handle(), "wrong").statusCode());
        }
        // Then
        assertThat(answers).startsWith(422).endsWith(503).doesNotContain(500, 201);
    }

    @Test
    void aPostThatIsTooMuchForThisHourWaitsUntilTheSecondThatTheServerNames() throws Exception {
        // Given
        var account = bluesky.create("busy");
        stack.connected("busy", account);
        bluesky.useUpTheHour(account);
        // When
        stack.publish("busy-1", "busy", aText("One too many"));
        stack.awaitUntil(() -> stack.isWaiting("busy-1", DelayCause.RATE_LIMITED));
        // Then
        var waiting = stack.result("busy-1");
        assertThat(waiting.getWaitingUntil().orElseThrow())
                .isBetween(Instant.now(), Instant.now().plus(Duration.ofMinutes(61)));
        assertThat(waiting.getError().orElseThrow().getHttpStatus()).hasValue(429);
        assertThat(bluesky.texts(account)).isEmpty();
    }

    @Test
    void aRenewalWhoseAnswerIsLostIsAskedForAgain() throws Exception {
        // Given
        var account = bluesky.create("again");
        var id = stack.connected("again", account);
        bluesky.proxy().cut(REFRESH, 1, 1.0, 1);
        // When
        stack.demand(id, 1, DEMANDS);
        stack.awaitUntil(() -> stack.connection(id).getTokenVersion() > 1);
        // Then: the server gave the same successor twice
        assertThat(bluesky.proxy().cutsLeft()).isZero();
        assertThat(stack.connection(id).getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        stack.publish("again-1", "again", aText("Renewed"));
        stack.awaitUntil(() -> stack.isFinal("again-1"));
        assertThat(bluesky.texts(account)).containsExactly("Renewed");
    }

    @Test
    void aRenewalByOAuthWhoseAnswerIsLostNeedsAPersonAtOnceAndWhatWaitedGoesOutAfterwards() throws Exception {
        // Given
        var account = bluesky.create("lost");
        SignInWithoutBrowser.connect(stack.tokenService(), "lost", account);
        var id = stack.connectionOf("lost");
        bluesky.proxy().cut("POST /oauth/token", 1, 1.0, 1);
        // When: the token is used up, and its successor nobody has
        stack.demand(id, 1, 1);
        stack.awaitUntil(() -> stack.connection(id).getStatus() == ConnectionStatus.NEEDS_REAUTH);
        stack.publish("lost-1", "lost", aText("Waited for a person"));
        stack.awaitUntil(() -> stack.isWaiting("lost-1", DelayCause.PERSON));
        SignInWithoutBrowser.connect(stack.tokenService(), "lost", account);
        // Then
        stack.awaitUntil(() -> stack.isFinal("lost-1"));
        assertThat(stack.connectionOf("lost")).isEqualTo(id);
        assertThat(bluesky.texts(account)).containsExactly("Waited for a person");
    }

    @Test
    void aDayOfRefreshesUsesEachTokenOnce() throws Exception {
        // Given
        var account = bluesky.create("day");
        var id = stack.connected("day", account);
        var before = bluesky.proxy().requests(REFRESH).size();
        // When: an access token lives for two hours
        refreshAllDay(id);
        stack.publish("day-1", "day", aText("Good evening"));
        stack.awaitUntil(() -> stack.isFinal("day-1"));
        // Then
        var used = bluesky.proxy().requests(REFRESH).stream()
                .skip(before)
                .map(request -> request.header("authorization"))
                .toList();
        assertThat(used).hasSize(REFRESHES).doesNotHaveDuplicates();
        assertThat(stack.connection(id).getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(bluesky.texts(account)).containsExactly("Good evening");
        LOGGER.info(
                "a day: {} refreshes, {} demands for them, each refresh token used once",
                REFRESHES,
                REFRESHES * (DEMANDS + DEMANDS / 4));
    }

    @Test
    void anAccountThatSignedInByOAuthPublishesAndIsRenewedAllDayWithEachTokenOnce() throws Exception {
        // Given
        var account = bluesky.create("oauth");
        SignInWithoutBrowser.connect(stack.tokenService(), "oauth", account);
        var id = stack.connectionOf("oauth");
        stack.publish("oauth-1", "oauth", aText("Good morning"));
        stack.awaitUntil(() -> stack.isFinal("oauth-1"));
        // When
        refreshAllDay(id);
        stack.publish("oauth-2", "oauth", with("Good evening", medium(MediaKind.IMAGE, "sample.png")));
        stack.awaitUntil(() -> stack.isFinal("oauth-2"));
        // Then
        var used = bluesky.proxy().requests("POST /oauth/token").stream()
                .flatMap(request -> REFRESH_TOKEN.matcher(request.rest()).results())
                .map(MatchResult::group)
                .toList();
        // A server that wants another nonce refuses a call before it looks at it: then the token comes once more.
        assertThat(Set.copyOf(used)).hasSize(REFRESHES);
        assertThat(used).hasSizeLessThanOrEqualTo(REFRESHES + 2);
        assertThat(stack.connection(id).getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(bluesky.texts(account)).containsExactlyInAnyOrder("Good morning", "Good evening");
    }

    @Test
    void everyPostIsThereOnceHoweverManyAnswersAreLostAndPublishersKilled() throws Exception {
        // Given
        var authors = new ArrayList<RealBluesky.Account>();
        for (var i = 0; i < AUTHORS; i++) {
            authors.add(bluesky.create("many" + i));
            stack.connected("many" + i, authors.get(i));
        }
        bluesky.proxy().cut(PUT, CUTS, Math.min(1, 2.0 * CUTS / POSTS), 42);
        // When
        var sent = 0;
        for (var kill = 1; kill <= KILLS; kill++) {
            var held = bluesky.proxy().hold(PUT);
            sent = publishMany(sent, POSTS * kill / (KILLS + 1));
            stack.awaitUntil(held::isReached);
            assertThat(stack.publisher().kill()).isTrue();
            held.drop();
            stack.publisher().start();
        }
        publishMany(sent, POSTS);
        stack.awaitUntil(() -> out() == POSTS);
        // Then
        var there = new ArrayList<String>();
        for (var author : authors) {
            there.addAll(bluesky.texts(author));
        }
        assertThat(there).hasSize(POSTS).doesNotHaveDuplicates();
        assertThat(bluesky.proxy().cutsLeft()).isZero();
        assertThat(stack.board().withSeveralFinals()).isEmpty();
        for (var i = 0; i < POSTS; i++) {
            assertThat(stack.result("many-" + i))
                    .as("many-%s", i)
                    .returns(ResultStatus.PUBLISHED, PostResult::getStatus);
        }
        LOGGER.info(
                "{} posts, {} answers lost, {} publishers killed between a call and its answer; {} records at the server, each"
                        + " once; unconfirmed: 0; calls to put: {}",
                POSTS,
                CUTS,
                KILLS,
                there.size(),
                bluesky.proxy().requests(PUT).size());
    }

    private void refreshAllDay(String id) throws Exception {
        for (var round = 1; round <= REFRESHES; round++) {
            long version = round;
            stack.demand(id, version, DEMANDS);
            stack.demand(id, version - 1, DEMANDS / 4);
            stack.awaitUntil(() -> stack.connection(id).getTokenVersion() > version);
        }
    }

    private int publishMany(int from, int to) throws Exception {
        for (var i = from; i < to; i++) {
            stack.publish("many-" + i, "many" + i % AUTHORS, aText("Post number " + i));
        }
        return to;
    }

    private long out() {
        return stack.board().rows().stream()
                .filter(result -> result.getRequestId().startsWith("many-") && result.getIsFinal())
                .count();
    }

    private Media medium(MediaKind kind, String name) {
        return Media.newBuilder()
                .setUrl(stack.media(name).toString())
                .setKind(kind)
                .setAltText("Picture " + name)
                .build();
    }

    private static Content aText(String text) {
        return Content.newBuilder().setText(text).build();
    }

    private static Content with(String text, Media... media) {
        return Content.newBuilder(aText(text)).setMedia(List.of(media)).build();
    }
}
