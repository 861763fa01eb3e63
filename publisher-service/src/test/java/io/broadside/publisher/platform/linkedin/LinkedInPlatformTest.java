package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.A_FORMER_DOUBT;
import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.MEMBER;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.ORGANIZATION;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.POST;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.PUBLISHED;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.command;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.created;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Link;
import io.broadside.events.PublishCommand;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinkedInPlatformTest {

    private static final String DUPLICATE =
            "{\"status\":422,\"message\":\"Unable to create. Content is a duplicate of " + POST + "\","
                    + "\"errorDetailType\":\"com.linkedin.common.error.BadRequest\",\"errorDetails\":{\"inputErrors\":"
                    + "[{\"description\":\"Duplicate post is detected\",\"input\":{},\"code\":\"DUPLICATE_POST\"}]}}";

    private final Bench bench = new Bench();
    private final LinkedInPlatform linkedIn = LinkedInFixtures.platform(bench, Map.of());
    private final LinkedInPlatform olderApi = LinkedInFixtures.platform(bench, Map.of("LINKEDIN_POSTS_API", "ugc"));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void createsAPostForAnOrganisation() {
        // Given
        created(bench);
        // When
        var outcome = publish(command(ORGANIZATION, aText("Launch (beta) is live")));
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        var asked = bench.server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /rest/posts");
        assertThat(asked.headers())
                .containsEntry("linkedin-version", "202609")
                .containsEntry("x-restli-protocol-version", "2.0.0")
                .containsEntry("content-type", "application/json")
                .containsEntry("authorization", "Bearer " + Bench.TOKEN.reveal());
        assertThat(asked.text()).isEqualTo("""
                {"author":"urn:li:organization:5550001","commentary":"Launch \\\\(beta\\\\) is live",\
                "visibility":"PUBLIC","distribution":{"feedDistribution":"MAIN_FEED","targetEntities":[],\
                "thirdPartyDistributionChannels":[]},"lifecycleState":"PUBLISHED","isReshareDisabledByAuthor":false}""");
    }

    @Test
    void createsAPostForTheConnectionsOfAMember() {
        // Given
        created(bench);
        var command = aCommand("linkedin", "AbC123", aText("Hi").setVisibility(Visibility.CONNECTIONS))
                .setAccountKind("member")
                .build();
        // When
        var outcome = publish(command);
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        assertThat(bench.server().last().text())
                .startsWith(
                        "{\"author\":\"urn:li:person:AbC123\",\"commentary\":\"Hi\",\"visibility\":\"CONNECTIONS\"");
    }

    @Test
    void takesTheKindOfAnIdAsLinkedInGivesIt() {
        // Given
        bench.server().answers(201, "", Map.of("x-restli-id", "urn:li:ugcPost:7300000000000000009"));
        // When
        var outcome = publish(command(ORGANIZATION, aText("Hi")));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Published.class,
                        published -> assertThat(published.remoteId()).isEqualTo("urn:li:ugcPost:7300000000000000009"));
    }

    @Test
    void showsALinkWithItsTitleAndDescription() {
        // Given
        created(bench);
        created(bench);
        var link = Link.newBuilder(aLink("https://example.org/a?b=c"))
                .setTitle("A title")
                .setDescription("What it is about")
                .build();
        // When
        publish(command(ORGANIZATION, aText("Read this").setLink(link)));
        publish(command(ORGANIZATION, Content.newBuilder().setLink(aLink("https://example.org/a"))));
        // Then
        assertThat(bench.server().asked().getFirst().text())
                .contains("\"content\":{\"article\":{\"source\":\"https://example.org/a?b=c\",\"title\":\"A title\","
                        + "\"description\":\"What it is about\"}}");
        // LinkedIn takes no card without a title.
        assertThat(bench.server().last().text())
                .contains("\"commentary\":\"\"")
                .contains("\"article\":{\"source\":\"https://example.org/a\",\"title\":\"example.org\"}");
    }

    @Test
    void createsAPostWithTheOlderApi() {
        // Given
        bench.server().answers(201, "{\"id\":\"" + POST + "\"}");
        bench.server().answers(201, "{\"id\":\"" + POST + "\"}", Map.of("x-restli-id", POST));
        // When
        var text = publish(olderApi, command(MEMBER, aText("Launch (beta)")));
        publish(olderApi, command(MEMBER, aText("Read").setLink(aLink("https://example.org/a"))));
        // Then
        assertThat(text).isEqualTo(PUBLISHED);
        var asked = bench.server().asked().getFirst();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /v2/ugcPosts");
        assertThat(asked.headers()).doesNotContainKey("linkedin-version");
        assertThat(asked.text()).isEqualTo("""
                {"author":"urn:li:person:AbC123","lifecycleState":"PUBLISHED","specificContent":\
                {"com.linkedin.ugc.ShareContent":{"shareCommentary":{"text":"Launch (beta)"},\
                "shareMediaCategory":"NONE"}},\
                "visibility":{"com.linkedin.ugc.MemberNetworkVisibility":"PUBLIC"}}""");
        assertThat(bench.server().last().text())
                .contains("\"shareMediaCategory\":\"ARTICLE\",\"media\":[{\"status\":\"READY\","
                        + "\"originalUrl\":\"https://example.org/a\"}]");
    }

    @Test
    void sendsTheSameBytesForTheSameContent() {
        // Given
        created(bench);
        created(bench);
        // When
        publish(command(ORGANIZATION, aText("Hello (again)")));
        publish(command(ORGANIZATION, aText("Hello (again)")));
        // Then
        assertThat(bench.server().asked().getFirst().text())
                .isEqualTo(bench.server().last().text());
    }

    @Test
    void isRefusedADuplicateForGoodUnlessItMayBeItsOwn() {
        // Given
        bench.server().answers(422, DUPLICATE).answers(422, DUPLICATE);
        var afterDoubt = aCommand("linkedin", ORGANIZATION, aText("Hello"))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(publish(command(ORGANIZATION, aText("Hello"))))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED));
        assertThat(publish(afterDoubt)).isEqualTo(PUBLISHED);
    }

    /** The code that says so does not always come. */
    @Test
    void knowsADuplicateByThePostItIsOneOfWhereNoCodeSaysSo() {
        // Given
        bench.server().answers(422, "{\"status\":422,\"message\":\"Content is a duplicate of " + POST + "\"}");
        var afterDoubt = aCommand("linkedin", ORGANIZATION, aText("Hello"))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(publish(afterDoubt)).isEqualTo(PUBLISHED);
    }

    @Test
    void doesNotMakeUpAPostThatARefusedDuplicateDoesNotName() {
        // Given
        bench.server().answers(422, DUPLICATE.replace(POST, "something"));
        var afterDoubt = aCommand("linkedin", ORGANIZATION, aText("Hello"))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(publish(afterDoubt)).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void doesNotCallBeforeMidnightUtc() {
        // Given
        bench.server()
                .answers(
                        429,
                        "{\"message\":\"Resource level throttle MEMBER DAY limit for calls to this resource is reached.\","
                                + "\"status\":429,\"serviceErrorCode\":101}");
        // When
        var outcome = publish(command(MEMBER, aText("Hello")));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.notBefore().orElseThrow())
                                .isAfterOrEqualTo(Instant.parse("2026-11-21T00:00:00Z")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no urn", "urn:li:share:", "urn:li:person:1", "urn:li:share:1/../2"})
    void isNotSureOfASuccessWithoutAPost(String id) {
        // Given
        bench.server().answers(201, "", Map.of("x-restli-id", id));
        // Then
        assertThat(publish(command(ORGANIZATION, aText("Hello")))).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void writesTheFirstCommentOnceThePostIsOut() {
        // Given
        created(bench);
        bench.server().answers(201, "{\"id\":\"7300000000000000003\",\"actor\":\"" + ORGANIZATION + "\"}");
        var start = command(ORGANIZATION, aText("Hello").setFirstComment("More (here) #now"));
        // When
        var afterPost = publish(start);
        var outcome = publish(next(start, afterPost));
        // Then
        assertThat(((Outcome.Continue) afterPost).checkpoint().getRemoteId()).contains(POST);
        assertThat(outcome).isEqualTo(PUBLISHED);
        var asked = bench.server().last();
        assertThat(asked.path()).isEqualTo("/rest/socialActions/urn%3Ali%3Ashare%3A7300000000000000001/comments");
        assertThat(asked.text())
                .isEqualTo("{\"actor\":\"" + ORGANIZATION + "\",\"object\":\"" + POST
                        + "\",\"message\":{\"text\":\"More (here) #now\"}}");
    }

    @Test
    void writesTheFirstCommentBelowAnAdoptedPost() {
        // Given
        bench.server().answers(422, DUPLICATE);
        var command = aCommand("linkedin", ORGANIZATION, aText("Hello").setFirstComment("More"))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(publish(command))
                .isInstanceOfSatisfying(
                        Outcome.Continue.class,
                        further -> assertThat(further.checkpoint().getStep()).isEqualTo("comment"));
    }

    @Test
    void isNotSureOfACommentWithoutAnAnswer() {
        // Given
        bench.server().answers(500, "").cutsTheConnection().answers(201, "<html></html>");
        var commenting = commenting();
        // Then
        assertThat(publish(commenting)).isInstanceOf(Unconfirmed.class);
        assertThat(publish(commenting)).isInstanceOf(Unconfirmed.class);
        assertThat(publish(commenting)).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void refusesConnectionsForAnOrganisation() {
        var outcome = publish(command(ORGANIZATION, aText("Hi").setVisibility(Visibility.CONNECTIONS)));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.CONTENT_REFUSED));
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void postsInNobodysNameWhereTheAccountDoesNotSayWhoseItIs() {
        var command = command("5550001", aText("Hello"));
        assertThat(publish(command)).isInstanceOf(Rejected.class);
        assertThat(linkedIn.find(command, Bench.TOKEN, bench.context())).isEqualTo(new Found.Absent());
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void leavesAStepItDoesNotKnowToAPerson() {
        // Given
        var command = PublishCommand.newBuilder(command(ORGANIZATION, aText("Hello")))
                .setCheckpoint(aCheckpoint("teleport", Map.of(), Bench.NOW))
                .build();
        // Then
        assertThat(publish(command)).isInstanceOf(Unconfirmed.class);
        assertThat(linkedIn.find(command, Bench.TOKEN, bench.context())).isInstanceOf(Found.CannotTell.class);
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void sendsNothingAgainWhenItIsTooLateToRelyOnDuplicatesBeingRefused() {
        // Given
        var replaying = LinkedInFixtures.platform(bench, Map.of("LINKEDIN_REPLAY_WITHIN", "5m"));
        var tooLate = aCommand("linkedin", MEMBER, aText("Hello"))
                .setDoubtedSince(Bench.NOW.minusSeconds(9 * 60))
                .build();
        var inTime = aCommand("linkedin", MEMBER, aText("Hello"))
                .setDoubtedSince(Bench.NOW.minusSeconds(60))
                .build();
        bench.server().answers(422, DUPLICATE);
        // Then
        assertThat(publish(replaying, tooLate)).isInstanceOf(Unconfirmed.class);
        assertThat(bench.server().asked()).isEmpty();
        assertThat(publish(replaying, inTime)).isEqualTo(PUBLISHED);
    }

    @Test
    void anOrganisationHasNoConnectionsToPublishTo() {
        // Given
        var content = aText("Hello").setVisibility(Visibility.CONNECTIONS).build();
        // Then
        assertThat(linkedIn.faults(content, "urn:li:person:AbC123", "")).isEmpty();
        assertThat(linkedIn.faults(content, "urn:li:organization:5550001", ""))
                .extracting(Fault::getField)
                .containsExactly("content.visibility");
        assertThat(linkedIn.faults(content, "5550001", "page")).hasSize(1);
    }

    private static PublishCommand commenting() {
        var checkpoint = Checkpoint.newBuilder(aCheckpoint("comment", Map.of(), Bench.NOW))
                .setRemoteId(POST)
                .build();
        return PublishCommand.newBuilder(command(ORGANIZATION, aText("Hello").setFirstComment("More")))
                .setCheckpoint(checkpoint)
                .build();
    }

    private Outcome publish(PublishCommand command) {
        return publish(linkedIn, command);
    }

    private Outcome publish(LinkedInPlatform platform, PublishCommand command) {
        return platform.publish(command, Bench.TOKEN, bench.context());
    }
}
