package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.MEMBER;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.ORGANIZATION;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.POST;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.PUBLISHED;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.inDoubt;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinkedInSearchTest {

    /** In the minute before now. */
    private static final long RECENT = Bench.NOW.minusSeconds(20).toEpochMilli();

    private static final String FORBIDDEN = "{\"status\":403,\"serviceErrorCode\":100,\"code\":\"ACCESS_DENIED\","
            + "\"message\":\"Not enough permissions to access: posts.FINDER-author.20260901\"}";
    private static final Found LANDED = new Found.Landed(PUBLISHED.remoteId(), PUBLISHED.permalink());

    private final Bench bench = new Bench();
    private final LinkedInPlatform linkedIn = LinkedInFixtures.platform(bench, Map.of());
    private final LinkedInPlatform replaying = LinkedInFixtures.platform(bench, Map.of("LINKEDIN_REPLAY_WITHIN", "5m"));

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Launch \\\\(beta\\\\) is live", "Launch (beta) is live", "Launch (beta)\\nis live"})
    void findsItsPostAmongThoseOfItsAuthor(String commentary) {
        // Given
        serves(post("urn:li:share:1", "Something else", RECENT, "") + "," + post(POST, commentary, RECENT, ""));
        // When
        var found = find(inDoubt(ORGANIZATION, aText("Launch (beta) is live")));
        // Then
        assertThat(found).isEqualTo(LANDED);
        var asked = bench.server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("GET /rest/posts");
        assertThat(asked.headers())
                .containsEntry("x-restli-method", "FINDER")
                .containsEntry("linkedin-version", "202609")
                .containsEntry("x-restli-protocol-version", "2.0.0");
        assertThat(asked.query())
                .isEqualTo(Map.of("q", "author", "author", ORGANIZATION, "count", "50", "sortBy", "LAST_MODIFIED"));
    }

    @Test
    void takesNoOtherPostForIts() {
        for (var other : List.of(
                post(POST, "Hello", Bench.NOW.minusSeconds(41).toEpochMilli(), ""),
                post(POST, "Hello you", RECENT, ""),
                post(POST, "Hello", RECENT, ",\"reshareContext\":{\"parent\":\"urn:li:share:1\"}"),
                post(POST, "Hello", RECENT, ",\"content\":{\"media\":{\"id\":\"urn:li:image:1\"}}"),
                post(POST, "Hello", RECENT, "").replace("PUBLISHED", "DRAFT"),
                post(POST, "Hello", RECENT, "").replace(ORGANIZATION, MEMBER),
                post("urn:li:person:1", "Hello", RECENT, ""))) {
            serves(other);
            assertThat(find(inDoubt(ORGANIZATION, aText("Hello")))).as(other).isInstanceOf(Found.CannotTell.class);
        }
    }

    @Test
    void knowsItsFilesByTheirNames() {
        // Given
        var content = aText("Look").setMedia(List.of(anImage("https://cdn.example.org/a.png")));
        var command = PublishCommand.newBuilder(inDoubt(ORGANIZATION, content))
                .setCheckpoint(aCheckpoint("create", Map.of("media", "urn:li:image:A"), Bench.NOW))
                .build();
        serves(post(POST, "LinkedIn changed the text", RECENT, ",\"content\":{\"media\":{\"id\":\"urn:li:image:A\"}}"));
        serves(post(POST, "Look", RECENT, ",\"content\":{\"media\":{\"id\":\"urn:li:image:B\"}}"));
        // Then
        assertThat(find(command)).isEqualTo(LANDED);
        assertThat(find(command)).isInstanceOf(Found.CannotTell.class);
    }

    /** The older API names files its own way: another post of one image could be any. */
    @Test
    void takesNoPostWithoutATextForItsWhereFilesHaveOtherNames() {
        // Given
        var older = LinkedInFixtures.platform(bench, Map.of("LINKEDIN_POSTS_API", "ugc"));
        var content = Content.newBuilder().setMedia(List.of(anImage("https://cdn.example.org/a.png")));
        var command = PublishCommand.newBuilder(looked(ORGANIZATION, 2, Duration.ofMinutes(3)))
                .setContent(content.build())
                .setCheckpoint(aCheckpoint("create", Map.of("media", "urn:li:digitalmediaAsset:A"), Bench.NOW))
                .build();
        serves(post(POST, "", RECENT, ",\"content\":{\"media\":{\"id\":\"urn:li:image:B\"}}"));
        // Then
        assertThat(older.find(command, Bench.TOKEN, bench.context())).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void knowsItsLink() {
        // Given
        var article = ",\"content\":{\"article\":{\"source\":\"https://www.example.org/a/\",\"title\":\"t\"}}";
        serves(post(POST, "", RECENT, article));
        serves(post(POST, "", RECENT, article));
        // Then
        assertThat(find(inDoubt(ORGANIZATION, Content.newBuilder().setLink(aLink("https://example.org/a")))))
                .isEqualTo(LANDED);
        assertThat(find(inDoubt(ORGANIZATION, Content.newBuilder().setLink(aLink("https://example.org/b")))))
                .isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void callsAPostAbsentOnlyAfterLookingForItForLong() {
        // Given
        serves("");
        serves("");
        serves("");
        // Then
        assertThat(find(looked(ORGANIZATION, 2, Duration.ofMinutes(2)))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(ORGANIZATION, 1, Duration.ofMinutes(4)))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(ORGANIZATION, 2, Duration.ofMinutes(3)))).isEqualTo(new Found.Absent());
    }

    @Test
    void learnsNothingFromAListThatDoesNotReachBack() {
        // Given
        var newest = post("urn:li:share:1", "Other", RECENT, "");
        serves(newest + ("," + newest).repeat(49));
        var old = post("urn:li:share:2", "Old", Bench.NOW.minusSeconds(3_600).toEpochMilli(), "");
        serves(newest + ("," + newest).repeat(48) + "," + old);
        // Then
        assertThat(find(looked(ORGANIZATION, 2, Duration.ofMinutes(3)))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(ORGANIZATION, 2, Duration.ofMinutes(3)))).isEqualTo(new Found.Absent());
    }

    @Test
    void cannotTellForAMemberWhosePostsMayNotBeRead() {
        // Given
        bench.server().answers(403, FORBIDDEN).answers(403, FORBIDDEN);
        // Then
        assertThat(find(looked(MEMBER, 6, Duration.ofMinutes(10)))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(ORGANIZATION, 6, Duration.ofMinutes(10)))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void letsAMembersPostBeSentAgainOnlyWhereThatWasAskedForAndInTime() {
        // Given
        bench.server()
                .answers(403, FORBIDDEN)
                .answers(403, FORBIDDEN)
                .answers(403, FORBIDDEN)
                .answers(403, FORBIDDEN);
        // Then
        assertThat(replaying.find(doubtedFor(MEMBER, 30), Bench.TOKEN, bench.context()))
                .isEqualTo(new Found.Absent());
        // The first call may still be under way.
        assertThat(replaying.find(doubtedFor(MEMBER, 10), Bench.TOKEN, bench.context()))
                .isInstanceOf(Found.CannotTell.class);
        assertThat(replaying.find(doubtedFor(MEMBER, 300), Bench.TOKEN, bench.context()))
                .isInstanceOf(Found.CannotTell.class);
        assertThat(replaying.find(doubtedFor(ORGANIZATION, 30), Bench.TOKEN, bench.context()))
                .isInstanceOf(Found.CannotTell.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 429, 401, 404})
    void sendsNothingAgainBecauseALookFailed(int status) {
        bench.server().answers(status, "{\"status\":" + status + ",\"message\":\"m\"}");
        assertThat(replaying.find(doubtedFor(MEMBER, 60), Bench.TOKEN, bench.context()))
                .isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void goesOnToTheFirstCommentOfAPostItFound() {
        // Given
        serves(post(POST, "Hello", RECENT, ""));
        // When
        var found = find(inDoubt(ORGANIZATION, aText("Hello").setFirstComment("More")));
        // Then
        assertThat(found)
                .isInstanceOfSatisfying(
                        Found.Further.class,
                        further -> assertThat(further.checkpoint())
                                .extracting(
                                        Checkpoint::getStep,
                                        it -> it.getRemoteId().orElse(""))
                                .containsExactly("comment", POST));
    }

    @Test
    void findsItsFirstComment() {
        // Given
        comments("{\"actor\":\"" + MEMBER + "\",\"message\":{\"text\":\"More (here)\"}},{\"actor\":\"" + ORGANIZATION
                + "\",\"message\":{\"text\":\"More (here)\"}}");
        comments("{\"actor\":\"" + MEMBER + "\",\"message\":{\"text\":\"More (here)\"}}");
        comments("");
        bench.server().answers(403, FORBIDDEN);
        // Then
        assertThat(find(commenting(0, Duration.ZERO))).isEqualTo(LANDED);
        assertThat(bench.server().last().path())
                .isEqualTo("/rest/socialActions/urn%3Ali%3Ashare%3A7300000000000000001/comments");
        assertThat(find(commenting(0, Duration.ZERO))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(commenting(2, Duration.ofMinutes(3)))).isEqualTo(new Found.Absent());
        assertThat(find(commenting(6, Duration.ofMinutes(9)))).isInstanceOf(Found.CannotTell.class);
    }

    private static PublishCommand commenting(int looks, Duration ago) {
        var checkpoint = Checkpoint.newBuilder(aCheckpoint("comment", Map.of(), Bench.NOW))
                .setRemoteId(POST)
                .build();
        return aCommand("linkedin", ORGANIZATION, aText("Hello").setFirstComment("More (here)"))
                .setCheckpoint(checkpoint)
                .setDoubt(aDoubt("comment", looks, ago))
                .build();
    }

    private static PublishCommand looked(String account, int looks, Duration ago) {
        return aCommand("linkedin", account, aText("Hello"))
                .setDoubt(aDoubt("create", looks, ago))
                .build();
    }

    private static PublishCommand doubtedFor(String account, int seconds) {
        return aCommand("linkedin", account, aText("Hello"))
                .setDoubt(Doubt.newBuilder(aDoubt("create", 0))
                        .setSince(Bench.NOW.minusSeconds(seconds))
                        .build())
                .build();
    }

    private Found find(PublishCommand command) {
        return linkedIn.find(command, Bench.TOKEN, bench.context());
    }

    private void serves(String posts) {
        bench.server()
                .answers(200, "{\"paging\":{\"start\":0,\"count\":50,\"links\":[]},\"elements\":[" + posts + "]}");
    }

    private void comments(String comments) {
        bench.server().answers(200, "{\"paging\":{\"start\":0,\"count\":100},\"elements\":[" + comments + "]}");
    }

    private static String post(String id, String commentary, long at, String more) {
        return "{\"id\":\"" + id + "\",\"author\":\"" + ORGANIZATION + "\",\"commentary\":\"" + commentary
                + "\",\"lifecycleState\":\"PUBLISHED\",\"visibility\":\"PUBLIC\",\"createdAt\":" + at
                + ",\"publishedAt\":" + at + ",\"lastModifiedAt\":" + at + more + "}";
    }
}
