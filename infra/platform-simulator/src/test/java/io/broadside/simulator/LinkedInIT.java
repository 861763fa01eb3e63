package io.broadside.simulator;

import static io.broadside.simulator.LinkedInClient.MEMBER;
import static io.broadside.simulator.LinkedInClient.ORGANIZATION;
import static io.broadside.simulator.LinkedInClient.PERSON;
import static io.broadside.simulator.LinkedInClient.PLAIN_PERSON;
import static io.broadside.simulator.LinkedInClient.PLAIN_TOKEN;
import static io.broadside.simulator.LinkedInClient.TOKEN;
import static io.broadside.simulator.LinkedInClient.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.testkit.SettableClock;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkedInIT {
    private static final Instant NOW = Instant.ofEpochSecond(1_795_169_730);

    private final SettableClock clock = new SettableClock(NOW);
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final LinkedInClient linkedIn = new LinkedInClient(client);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void createsAPostAndNamesItInAHeader() throws Exception {
        // When
        var answer = linkedIn.post(ORGANIZATION, "Launch \\(beta\\) is live");
        // Then
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("x-restli-id")).matches("urn:li:share:[0-9]{19}");
        assertThat(simulator.control().posts(Platform.LINKEDIN)).singleElement().satisfies(post -> {
            assertThat(post.id()).isEqualTo(answer.header("x-restli-id"));
            assertThat(post.accountId()).isEqualTo("5550001");
            assertThat(post.text()).isEqualTo("Launch (beta) is live");
        });
    }

    @Test
    void cutsATextAtTheFirstReservedCharacterAndSaysNothing() throws Exception {
        // When
        var answer = linkedIn.post(PERSON, "Launch (beta) is live");
        // Then
        assertThat(answer.status()).isEqualTo(201);
        assertThat(simulator.control().posts(Platform.LINKEDIN))
                .singleElement()
                .satisfies(post -> assertThat(post.text()).isEqualTo("Launch "));
        assertThat(simulator.control().report().of(Platform.LINKEDIN).more()).containsEntry("textsCut", 1L);
    }

    @Test
    void refusesTheSameAgainAndNamesTheFirst() throws Exception {
        // Given
        var first = linkedIn.post(PERSON, "hello").header("x-restli-id");
        // When
        var again = linkedIn.post(PERSON, "hello");
        // Then
        assertThat(again.status()).isEqualTo(422);
        assertThat(again.text("/message")).isEqualTo("Content is a duplicate of " + first);
        assertThat(again.text("/errorDetails/inputErrors/0/code")).isEqualTo("DUPLICATE_POST");
        assertThat(linkedIn.post(ORGANIZATION, "hello").status()).isEqualTo(201);
        clock.advance(Duration.ofMinutes(10));
        assertThat(linkedIn.post(PERSON, "hello").status()).isEqualTo(201);
    }

    @Test
    void namesADeletedPostInADuplicateForADay() throws Exception {
        // Given
        var first = linkedIn.post(ORGANIZATION, "hello").header("x-restli-id");
        // When
        var deleted = linkedIn.delete("/rest/posts/" + encoded(first));
        clock.advance(Duration.ofHours(23));
        var again = linkedIn.post(ORGANIZATION, "hello");
        // Then
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(linkedIn.delete("/rest/posts/" + encoded(first)).status()).isEqualTo(204);
        assertThat(again.status()).isEqualTo(422);
        assertThat(again.text("/message")).contains(first);
        assertThat(linkedIn.get("/rest/posts/" + encoded(first)).status()).isEqualTo(404);
        clock.advance(Duration.ofHours(1));
        assertThat(linkedIn.post(ORGANIZATION, "hello").status()).isEqualTo(201);
    }

    @Test
    void wantsAVersionThatIsAlive() throws Exception {
        // When
        var none = client.send(client.request("/linkedin/rest/posts", TOKEN)
                .header("X-Restli-Protocol-Version", "2.0.0")
                .GET());
        var dead = client.send(client.request("/linkedin/rest/posts", TOKEN)
                .header("LinkedIn-Version", "202501")
                .header("X-Restli-Protocol-Version", "2.0.0")
                .GET());
        // Then
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.text("/code")).isEqualTo("VERSION_MISSING");
        assertThat(dead.status()).isEqualTo(426);
        assertThat(dead.body())
                .isEqualTo(
                        "{\"status\":426,\"code\":\"NONEXISTENT_VERSION\",\"message\":\"Requested version 20250101 is not active\"}");
        simulator.control().set("linkedinActiveVersions", List.of("202610"));
        assertThat(linkedIn.post(PERSON, "hello").status()).isEqualTo(426);
    }

    @Test
    void wantsTheProtocolButNoVersionOfTheOldApi() throws Exception {
        // When
        var without = client.send(client.request("/linkedin/rest/posts", TOKEN)
                .header("LinkedIn-Version", LinkedInClient.VERSION)
                .GET());
        var userinfo = client.get("/linkedin/v2/userinfo", TOKEN);
        // Then
        assertThat(without.status()).isEqualTo(400);
        assertThat(userinfo.status()).isEqualTo(200);
        assertThat(userinfo.text("/sub")).isEqualTo(MEMBER);
        assertThat(userinfo.text("/name")).isEqualTo("Harbour Bakery");
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "\"author\":\"urn:li:person:SimMember01\" | \"author\":\"\" | 400 | MISSING_FIELD",
                "\"author\":\"urn:li:person:SimMember01\" | \"author\":\"me\" | 400 | INVALID_URN_ID",
                "\"author\":\"urn:li:person:SimMember01\" | \"author\":\"urn:li:share:1\" | 400 | INVALID_URN_TYPE",
                "\"author\":\"urn:li:person:SimMember01\" | \"author\":\"urn:li:person:SimMember02\" | 403 | ACCESS_DENIED",
                "\"author\":\"urn:li:person:SimMember01\" | \"author\":\"urn:li:organization:1\" | 403 | ACCESS_DENIED",
                "\"commentary\":\"hello\" | \"comment\":\"hello\" | 422 | ''",
                "\"commentary\":\"hello\" | \"commentary\":7 | 400 | MISSING_FIELD",
                "\"commentary\":\"hello\" | \"commentary\":\"\" | 400 | INVALID_VALUE_BLANK_FIELD",
                "\"visibility\":\"PUBLIC\" | \"visibility\":\"EVERYBODY\" | 400 | INVALID_VALUE_FOR_FIELD",
                "\"feedDistribution\":\"MAIN_FEED\" | \"feedDistribution\":\"\" | 400 | MISSING_FIELD",
                "\"targetEntities\":[] | \"targetEntities\":{} | 400 | INVALID_VALUE_FOR_FIELD",
                "\"targetEntities\":[] | \"targets\":[] | 422 | ''",
                "\"lifecycleState\":\"PUBLISHED\" | \"lifecycleState\":\"LIVE\" | 400 | INVALID_VALUE_FOR_FIELD",
                "\"isReshareDisabledByAuthor\":false | \"isReshareDisabledByAuthor\":\"no\" | 400 | INVALID_VALUE_FOR_FIELD",
            })
    void refusesABodyThatIsNotRight(String good, String bad, int status, String code) throws Exception {
        // Given
        var body = LinkedInClient.body(PERSON, "hello", "");
        assertThat(body).contains(good);
        // When
        var answer = linkedIn.json("/rest/posts", body.replace(good, bad));
        // Then
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("/code")).isEqualTo(code);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void countsEscapesTowardTheLength() throws Exception {
        assertThat(linkedIn.post(PERSON, "\\(".repeat(1_500)).status()).isEqualTo(201);
        var tooLong = linkedIn.post(PERSON, "\\(".repeat(1_500) + "a");
        assertThat(tooLong.status()).isEqualTo(400);
        assertThat(tooLong.text("/code")).isEqualTo("FIELD_LENGTH_TOO_LONG");
        assertThat(tooLong.text("/errorDetails/inputErrors/0/input/inputPath/fieldPath"))
                .isEqualTo("commentary");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400",
                "{\"article\":{\"source\":\"https://example.org/a\",\"title\":\"A\"}} | 201",
                "{\"article\":{\"source\":\"https://example.org/a\"}} | 400",
                "{\"article\":{\"source\":\"example.org\",\"title\":\"A\"}} | 400",
                "{\"article\":{\"source\":\"https://example.org/a\",\"title\":\"A\",\"url\":\"x\"}} | 422",
                "{\"article\":{\"source\":\"https://a.example\",\"title\":\"A\"},\"media\":{\"id\":\"urn:li:image:1\"}} | 400",
                "{\"media\":{\"id\":\"urn:li:image:unknown\"}} | 400",
                "{\"media\":{\"id\":\"urn:li:share:1\"}} | 400",
                "{\"poll\":{\"question\":\"Tea?\",\"options\":[{\"text\":\"yes\"},{\"text\":\"no\"}],\"settings\":{\"duration\":\"ONE_DAY\"}}} | 201",
                "{\"poll\":{\"question\":\"Tea?\",\"options\":[{\"text\":\"yes\"}],\"settings\":{\"duration\":\"ONE_DAY\"}}} | 400",
                "{\"video\":{\"id\":\"urn:li:video:1\"}} | 422",
            })
    void knowsWhatAPostCanShow(String content, int status) throws Exception {
        assertThat(linkedIn.post(PERSON, "hello", content).status()).isEqualTo(status);
    }

    @Test
    void readsBackWhatOrganizationsPostedAndNothingOfMembers() throws Exception {
        // Given
        linkedIn.post(ORGANIZATION, "first");
        clock.advance(Duration.ofSeconds(1));
        var second = linkedIn.post(ORGANIZATION, "second").header("x-restli-id");
        var own = linkedIn.post(PERSON, "mine").header("x-restli-id");
        // When
        var found = linkedIn.finder(
                "/rest/posts?q=author&author=" + encoded(ORGANIZATION) + "&count=10&sortBy=LAST_MODIFIED");
        // Then
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.json().path("elements")).hasSize(2);
        assertThat(found.text("/elements/0/id")).isEqualTo(second);
        assertThat(found.text("/elements/0/commentary")).isEqualTo("second");
        assertThat(found.json().at("/elements/0/createdAt").asLong()).isEqualTo(NOW.toEpochMilli() + 1_000);
        assertThat(linkedIn.get("/rest/posts/" + encoded(second)).text("/author"))
                .isEqualTo(ORGANIZATION);
        assertThat(linkedIn.get("/rest/posts/" + encoded(own)).status()).isEqualTo(403);
        assertThat(linkedIn.finder("/rest/posts?q=author&author=" + encoded(PERSON))
                        .text("/code"))
                .isEqualTo("ACCESS_DENIED");
        assertThat(linkedIn.get("/rest/posts?q=author&author=" + encoded(ORGANIZATION))
                        .status())
                .as("without X-RestLi-Method")
                .isEqualTo(400);
    }

    @Test
    void doesNotShowAPostAtOnceWhenToldSo() throws Exception {
        // Given
        simulator.control().set("readLagSeconds", 30);
        var urn = linkedIn.post(ORGANIZATION, "late").header("x-restli-id");
        // Then
        assertThat(linkedIn.get("/rest/posts/" + encoded(urn)).status()).isEqualTo(404);
        clock.advance(Duration.ofSeconds(30));
        assertThat(linkedIn.get("/rest/posts/" + encoded(urn)).status()).isEqualTo(200);
    }

    @Test
    void editsAPost() throws Exception {
        // Given
        var urn = linkedIn.post(ORGANIZATION, "helo").header("x-restli-id");
        var patch = "{\"patch\":{\"$set\":{\"commentary\":\"hello\"}}}";
        // When
        var without = linkedIn.json("/rest/posts/" + encoded(urn), patch);
        var edited = client.send(linkedIn.request("/rest/posts/" + encoded(urn), TOKEN)
                .header("X-RestLi-Method", "PARTIAL_UPDATE")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(patch)));
        // Then
        assertThat(without.status()).isEqualTo(400);
        assertThat(edited.status()).isEqualTo(204);
        assertThat(linkedIn.get("/rest/posts/" + encoded(urn)).text("/commentary"))
                .isEqualTo("hello");
    }

    @Test
    void commentsInPlainText() throws Exception {
        // Given
        var urn = linkedIn.post(ORGANIZATION, "hello").header("x-restli-id");
        var path = "/rest/socialActions/" + encoded(urn) + "/comments";
        var body = "{\"actor\":\"" + ORGANIZATION + "\",\"object\":\"" + urn
                + "\",\"message\":{\"text\":\"a \\\\(b\\\\)\"}}";
        // When
        var comment = linkedIn.json(path, body);
        var elsewhere = linkedIn.json(path, body.replace("object\":\"" + urn, "object\":\"urn:li:share:1"));
        var onNothing = linkedIn.json("/rest/socialActions/" + encoded("urn:li:share:1") + "/comments", body);
        // Then
        assertThat(comment.status()).isEqualTo(201);
        assertThat(comment.header("x-restli-id")).isEqualTo(comment.text("/id"));
        assertThat(elsewhere.status()).isEqualTo(400);
        assertThat(onNothing.status()).isEqualTo(404);
        assertThat(linkedIn.get(path).text("/elements/0/message/text")).isEqualTo("a \\(b\\)");
        assertThat(simulator.control().comments(Platform.LINKEDIN))
                .singleElement()
                .satisfies(it -> assertThat(it.replyTo()).contains(urn));
        simulator.control().set("linkedinCommentsPerMinute", 2);
        linkedIn.json(path, body);
        assertThat(linkedIn.json(path, body).text("/message")).startsWith("Comment create throttled");
    }

    @Test
    void listsTheOrganizationsAMemberLooksAfter() throws Exception {
        // When
        var old = linkedIn.get("/v2/organizationalEntityAcls?q=roleAssignee&state=APPROVED"
                + "&projection=(elements*(*,organizationalTarget~(localizedName)))");
        var versioned = linkedIn.get("/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR");
        var second = linkedIn.get("/v2/organizationalEntityAcls?q=roleAssignee&start=1&count=1");
        // Then
        assertThat(old.json().path("elements")).hasSize(2);
        assertThat(old.text("/elements/0/organizationalTarget")).isEqualTo(ORGANIZATION);
        assertThat(old.text("/elements/0/organizationalTarget~/localizedName")).isEqualTo("Harbour Bakery Ltd");
        assertThat(versioned.text("/elements/0/organization")).isEqualTo(ORGANIZATION);
        assertThat(second.json().path("elements")).hasSize(1);
        assertThat(second.text("/elements/0/organizationalTarget")).isEqualTo("urn:li:organization:5550002");
        assertThat(linkedIn.get("/rest/organizationAcls?q=roleAssignee", PLAIN_TOKEN)
                        .status())
                .isEqualTo(403);
        assertThat(linkedIn.get("/rest/organizations/5550002").text("/localizedName"))
                .isEqualTo("Harbour Coffee Ltd");
    }

    @Test
    void takesPlainTextThroughTheOldApi() throws Exception {
        // Given
        var body = "{\"author\":\"" + PLAIN_PERSON + "\",\"lifecycleState\":\"PUBLISHED\",\"specificContent\":"
                + "{\"com.linkedin.ugc.ShareContent\":{\"shareCommentary\":{\"text\":\"Launch (beta)\"},"
                + "\"shareMediaCategory\":\"NONE\"}},\"visibility\":{\"com.linkedin.ugc.MemberNetworkVisibility\":\"PUBLIC\"}}";
        // When
        var created = client.send(client.request("/linkedin/v2/ugcPosts", PLAIN_TOKEN)
                .header("X-Restli-Protocol-Version", "2.0.0")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
        // Then
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("/id")).isEqualTo(created.header("x-restli-id"));
        assertThat(simulator.control().posts().getFirst().text()).isEqualTo("Launch (beta)");
    }

    @Test
    void countsByTheDayOfUtcAndNamesNoTime() throws Exception {
        // Given
        simulator.control().set("linkedinPostsPerMemberDay", 1);
        linkedIn.post(PERSON, "one");
        // When
        var limited = linkedIn.post(PERSON, "two");
        // Then
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.body())
                .isEqualTo(
                        "{\"message\":\"Resource level throttle MEMBER DAY limit for calls to this resource is reached.\","
                                + "\"status\":429,\"serviceErrorCode\":101}");
        assertThat(limited.response().headers().map()).doesNotContainKeys("retry-after", "x-rate-limit-reset");
        assertThat(linkedIn.json("/rest/posts", PLAIN_TOKEN, LinkedInClient.body(PLAIN_PERSON, "two", ""))
                        .status())
                .isEqualTo(201);
        clock.set(Instant.parse("2026-11-20T23:59:59Z"));
        assertThat(linkedIn.post(PERSON, "two").status()).isEqualTo(429);
        clock.set(Instant.parse("2026-11-21T00:00:00Z"));
        assertThat(linkedIn.post(PERSON, "two").status()).isEqualTo(201);
        simulator.control().set("linkedinCallsPerAppDay", 0);
        assertThat(linkedIn.post(PERSON, "three").text("/message")).contains("APPLICATION DAY");
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMITED, 429",
        "RATE_LIMITED_WITH_RETRY_AFTER, 429",
        "SERVER_ERROR_BEFORE_EFFECT, 500",
        "TOKEN_EXPIRED, 401",
        "TOKEN_REVOKED, 401",
        "PERMISSION_MISSING, 403",
        "OUTAGE_PAGE, 503",
    })
    void failsAsItIsToldWithoutAnEffect(FailureKind kind, int status) throws Exception {
        // Given
        simulator.control().inject(Failure.of(Platform.LINKEDIN, "posts.create", kind));
        // When
        var answer = linkedIn.post(PERSON, "hello");
        // Then
        assertThat(answer.status()).isEqualTo(status);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void publishesAlthoughItSaysItFailed() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(Platform.LINKEDIN, "posts.create", FailureKind.SERVER_ERROR_AFTER_EFFECT));
        // When
        var failed = linkedIn.post(PERSON, "hello");
        var replayed = linkedIn.post(PERSON, "hello");
        // Then
        assertThat(failed.status()).isEqualTo(500);
        assertThat(replayed.status()).isEqualTo(422);
        assertThat(replayed.text("/message"))
                .endsWith(simulator.control().posts().getFirst().id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TOKEN_EXPIRED", "TOKEN_REVOKED"})
    void keepsATokenRefusedOnceItIs(FailureKind kind) throws Exception {
        // Given
        simulator.control().inject(Failure.of(Platform.LINKEDIN, "posts.create", kind));
        linkedIn.post(PERSON, "hello");
        // When
        var again = linkedIn.post(PERSON, "hello");
        // Then
        assertThat(again.status()).isEqualTo(401);
        assertThat(again.text("/code"))
                .isEqualTo(kind == FailureKind.TOKEN_EXPIRED ? "EXPIRED_ACCESS_TOKEN" : "REVOKED_ACCESS_TOKEN");
    }
}
