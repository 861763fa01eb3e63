package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.PAGE_TOKEN;
import static io.broadside.simulator.SimulatorClient.USER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.instagram.InstagramAccount;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.simulator.post.Publication;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstagramIT {
    private static final String ACCOUNT = "17840000000000001";
    private static final String TOKEN = "sim-instagram-access-1-token";
    private static final String BASE = "/instagram/v26.0/";

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @BeforeEach
    void processAtOnce() {
        simulator.control().set("instagramImageProcessingSeconds", 0);
        simulator.control().set("instagramVideoProcessingSeconds", 0);
    }

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/instagram/v26.0/, sim-instagram-access-1-token",
        "/facebook/v26.0/, sim-facebook-page-1-token",
        "/facebook/v26.0/, sim-facebook-user-1-token"
    })
    void publishesAnImageByEitherLogin(String base, String token) throws Exception {
        // When
        var container = client.form(
                base + ACCOUNT + "/media",
                token,
                Map.of("image_url", media("sample.jpg"), "caption", "Hi #bread", "alt_text", "A loaf"));
        var status = client.get(base + container.text("/id") + "?fields=status_code,status", token);
        var published =
                client.form(base + ACCOUNT + "/media_publish", token, Map.of("creation_id", container.text("/id")));
        // Then
        assertThat(status.text("/status_code")).isEqualTo("FINISHED");
        assertThat(status.text("/status")).startsWith("Finished: ");
        assertThat(published.status()).isEqualTo(200);
        assertThat(published.header("X-App-Usage")).contains("call_count");
        var read = client.get(
                base + published.text("/id")
                        + "?fields=permalink,shortcode,caption,timestamp,media_type,media_product_type,alt_text,username",
                token);
        assertThat(read.text("/permalink")).isEqualTo("https://www.instagram.com/p/" + read.text("/shortcode") + "/");
        assertThat(read.text("/caption")).isEqualTo("Hi #bread");
        assertThat(read.text("/alt_text")).isEqualTo("A loaf");
        assertThat(read.text("/media_type")).isEqualTo("IMAGE");
        assertThat(read.text("/timestamp")).matches("....-..-..T..:..:..\\+0000");
        assertThat(simulator.control().posts(InstagramPlatform.ID))
                .singleElement()
                .satisfies(post -> {
                    assertThat(post.kind()).isEqualTo(Publication.Kind.POST);
                    assertThat(post.id()).isEqualTo(published.text("/id"));
                    assertThat(post.media()).singleElement().asString().startsWith("content:");
                });
        assertThat(statusOf(container.text("/id"))).isEqualTo("PUBLISHED");
    }

    @Test
    void refusesToPublishBeforeItIsReady() throws Exception {
        // Given
        simulator.control().set("instagramImageProcessingSeconds", 60);
        var container = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        // When
        var answer = publish(container);
        // Then
        assertThat(statusOf(container)).isEqualTo("IN_PROGRESS");
        assertRefused(answer, 9007, 2207027);
        assertThat(answer.text("/error/error_user_title")).isEqualTo("Media not ready");
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void publishesAContainerOnce() throws Exception {
        // Given
        var container = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        publish(container);
        // When
        var again = publish(container);
        // Then
        assertRefused(again, 9007, 2207027);
        assertThat(simulator.control().posts()).hasSize(1);
    }

    @Test
    void countsTheSamePictureTwiceAsADuplicate() throws Exception {
        // When
        for (int i = 0; i < 2; i++) {
            publish(create(Map.of("image_url", media("sample.jpg"), "caption", "Twice"))
                    .text("/id"));
        }
        // Then
        var numbers = simulator.control().report().of(InstagramPlatform.ID);
        assertThat(numbers.published()).isEqualTo(2);
        assertThat(numbers.duplicatesPublished()).isEqualTo(1);
        assertThat(numbers.more()).containsEntry("containersCreated", 2L).containsEntry("containersPublished", 2L);
    }

    @Test
    void publishesACarousel() throws Exception {
        // Given
        var image = create(Map.of("image_url", media("sample.jpg"), "is_carousel_item", "true", "alt_text", "One"))
                .text("/id");
        var video = create(
                        Map.of("media_type", "VIDEO", "video_url", media("video-1MB.mp4"), "is_carousel_item", "true"))
                .text("/id");
        awaitStatus(video, "FINISHED");
        // When
        var parent = create(Map.of("media_type", "CAROUSEL", "children", image + "," + video, "caption", "Both"));
        var published = publish(parent.text("/id"));
        // Then
        assertThat(published.status()).isEqualTo(200);
        assertThat(simulator.control().posts())
                .singleElement()
                .satisfies(post -> assertThat(post.media()).hasSize(2));
        var read = client.get(BASE + published.text("/id") + "?fields=media_type,children", TOKEN);
        assertThat(read.text("/media_type")).isEqualTo("CAROUSEL_ALBUM");
        assertThat(read.json().at("/children/data")).hasSize(2);
        assertRefused(publish(image), 100, 0);
    }

    @Test
    void refusesACarouselOfUnfinishedFewOrForeignItems() throws Exception {
        // Given
        var item = Map.of("image_url", media("sample.jpg"), "is_carousel_item", "true");
        var finished = create(item).text("/id");
        simulator.control().set("instagramImageProcessingSeconds", 60);
        var unfinished = create(item).text("/id");
        var foreign = client.form(BASE + "17840000000000002/media", "sim-instagram-access-2-token", item)
                .text("/id");
        // Then
        assertRefused(carousel(finished, unfinished), 9007, 2207027);
        assertRefused(carousel(finished), 100, 2207028);
        assertRefused(carousel(finished, finished), 100, 2207028);
        assertRefused(carousel(finished, foreign), 24, 2207006);
    }

    @Test
    void publishesAReelFromAnAddress() throws Exception {
        // Given
        var container = create(Map.of("media_type", "REELS", "video_url", media("video-3MB.mp4"), "caption", "Watch"))
                .text("/id");
        awaitStatus(container, "FINISHED");
        // When
        var published = publish(container);
        // Then
        assertThat(simulator.control().posts())
                .singleElement()
                .satisfies(post -> assertThat(post.kind()).isEqualTo(Publication.Kind.REEL));
        assertThat(client.get(BASE + published.text("/id") + "?fields=permalink", TOKEN)
                        .text("/permalink"))
                .startsWith("https://www.instagram.com/reel/");
    }

    @ParameterizedTest
    @CsvSource({
        "/media/missing.mp4, 2207052",
        "/media/sample.jpg, 2207026",
        "/media/video-301MB.mp4, 2207004",
    })
    void endsInAnErrorWhenTheVideoIsNone(String path, String subcode) throws Exception {
        // When
        var container = create(Map.of("media_type", "REELS", "video_url", simulator.uri() + path));
        // Then
        awaitStatus(container.text("/id"), "ERROR");
        assertThat(client.get(BASE + container.text("/id") + "?fields=status", TOKEN)
                        .text("/status"))
                .isEqualTo("Error: Media upload has failed with error code " + subcode);
        assertRefused(publish(container.text("/id")), 9007, 2207027);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void takesTheBytesOfAReelFromWhereTheUploadIs() throws Exception {
        // Given
        var video = client.media("video-2MB.mp4");
        var container = create(Map.of("media_type", "REELS", "upload_type", "resumable"));
        var uri = container.text("/uri").substring(simulator.uri().toString().length());
        // When
        var first = upload(uri, 0, video.length, Arrays.copyOfRange(video, 0, 700_000));
        var wrong = upload(uri, 0, video.length, video);
        var inBetween = client.get(BASE + container.text("/id") + "?fields=status_code,video_status", TOKEN);
        var second = upload(uri, 700_000, video.length, Arrays.copyOfRange(video, 700_000, video.length));
        // Then
        assertThat(first.text("/success")).isEqualTo("true");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text("/debug_info/type")).isEqualTo("OffsetInvalidError");
        assertThat(inBetween.text("/status_code")).isEqualTo("IN_PROGRESS");
        assertThat(inBetween
                        .json()
                        .at("/video_status/uploading_phase/bytes_transferred")
                        .asInt())
                .isEqualTo(700_000);
        assertThat(second.status()).isEqualTo(200);
        awaitStatus(container.text("/id"), "FINISHED");
        var byAddress = create(Map.of("media_type", "REELS", "video_url", media("video-2MB.mp4")));
        awaitStatus(byAddress.text("/id"), "FINISHED");
        publish(container.text("/id"));
        publish(byAddress.text("/id"));
        assertThat(simulator.control().report().of(InstagramPlatform.ID).duplicatesPublished())
                .as("the same video, however it came")
                .isEqualTo(1);
    }

    @Test
    void publishesStoriesThatAreNotInTheListOfMedia() throws Exception {
        // Given
        var image = create(Map.of("media_type", "STORIES", "image_url", media("sample.jpg")))
                .text("/id");
        var video = create(Map.of("media_type", "STORIES", "video_url", media("sample.mp4")))
                .text("/id");
        awaitStatus(video, "FINISHED");
        // When
        var first = publish(image).text("/id");
        var second = publish(video).text("/id");
        // Then
        assertThat(ids(client.get(BASE + ACCOUNT + "/stories?fields=id,media_type", TOKEN)))
                .containsExactly(second, first);
        assertThat(ids(client.get(BASE + ACCOUNT + "/media", TOKEN))).isEmpty();
        assertThat(simulator.control().report().of(InstagramPlatform.ID).kinds())
                .containsOnlyKeys(Publication.Kind.STORY);
    }

    @ParameterizedTest
    @CsvSource({
        "media_type=VIDEO&video_url=U, 100, 2207023",
        "media_type=NONSENSE&image_url=U, 100, 2207023",
        "video_url=U, 100, 2207023",
        "image_url=U&alt_text=a&media_type=REELS, 100, 0",
        "media_type=REELS&video_url=U&alt_text=a, 100, 0",
        "image_url=U&caption=c&is_carousel_item=true, 100, 0",
        "image_url=U&misspelt=c, 100, 0",
        "image_url=ftp://example.org/a.jpg, 9004, 2207052",
        "image_url=U&collaborators=[\"@a\"], 100, 2207018",
        "image_url=U&upload_type=resumable, 100, 0"
    })
    void refusesWhatCannotBe(String parameters, int code, int subcode) throws Exception {
        // Given
        var fields = new HashMap<String, String>();
        for (var parameter : parameters.split("&", -1)) {
            int equals = parameter.indexOf('=');
            var value = parameter.substring(equals + 1);
            fields.put(parameter.substring(0, equals), value.equals("U") ? media("sample.jpg") : value);
        }
        // Then
        assertRefused(create(fields), code, subcode);
    }

    @Test
    void refusesCaptionsAndImagesBeyondTheLimits() throws Exception {
        // Given
        var image = media("sample.jpg");
        // Then
        assertRefused(create(Map.of("image_url", image, "caption", "a".repeat(2201))), 36004, 2207010);
        assertRefused(create(Map.of("image_url", image, "caption", "#a ".repeat(31))), 100, 2207040);
        assertRefused(create(Map.of("image_url", image, "caption", "@a ".repeat(21))), 100, 2207040);
        assertRefused(create(Map.of("image_url", image, "alt_text", "a".repeat(1001))), 100, 0);
        assertRefused(create(Map.of("image_url", media("sample.png"))), 36001, 2207005);
        assertRefused(create(Map.of("image_url", media("video-9MB.mp4"))), 36000, 2207004);
        assertRefused(create(Map.of("image_url", media("missing.jpg"))), 9004, 2207052);
        assertThat(create(Map.of("image_url", image, "caption", "#a ".repeat(30) + "@a ".repeat(20)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void forgetsContainersThatAreNotPublishedInTime() throws Exception {
        // Given
        var container = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        // When
        simulator.control().set("instagramContainerLivesSeconds", 0);
        // Then
        assertThat(statusOf(container)).isEqualTo("EXPIRED");
        assertRefused(publish(container), -2, 2207020);
    }

    @Test
    void limitsWhatIsPublishedAndMadeADay() throws Exception {
        // Given
        simulator.control().set("instagramPublishesPerDay", 1);
        simulator.control().set("instagramContainersPerDay", 3);
        var first = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        var second = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        var before = limit();
        publish(first);
        // When
        var refused = publish(second);
        create(Map.of("image_url", media("missing.jpg")));
        var tooMany = create(Map.of("image_url", media("sample.jpg")));
        // Then
        assertThat(before.json().at("/data/0/quota_usage").asInt()).isZero();
        assertThat(before.json().at("/data/0/config/quota_total").asInt()).isEqualTo(1);
        assertThat(before.json().at("/data/0/config/quota_duration").asInt()).isEqualTo(86_400);
        assertThat(limit().json().at("/data/0/quota_usage").asInt()).isEqualTo(1);
        assertThat(refused.status()).isEqualTo(403);
        assertRefused(refused, 9, 2207042);
        assertRefused(tooMany, 9, 2207042);
    }

    @Test
    void listsMediaByTimeAndInPieces() throws Exception {
        // Given
        for (int i = 0; i < 3; i++) {
            publish(create(Map.of("image_url", media("sample.jpg"), "caption", "post " + i))
                    .text("/id"));
        }
        // When
        var first = client.get(BASE + ACCOUNT + "/media?fields=id,caption&limit=2&since=1", TOKEN);
        var second = client.get(
                first.text("/paging/next").substring(simulator.uri().toString().length()), TOKEN);
        var none = client.get(BASE + ACCOUNT + "/media?fields=id&until=1", TOKEN);
        // Then
        assertThat(first.json().at("/data").findValuesAsText("caption")).containsExactly("post 2", "post 1");
        assertThat(second.json().at("/data").findValuesAsText("caption")).containsExactly("post 0");
        assertThat(ids(none)).isEmpty();
    }

    @Test
    void commentsOnAMediumAndCountsTheSameCommentAgain() throws Exception {
        // Given
        var media = publish(create(Map.of("image_url", media("sample.jpg"))).text("/id"))
                .text("/id");
        // When
        var comment = client.form(BASE + media + "/comments", TOKEN, Map.of("message", "First"));
        client.form(BASE + media + "/comments", TOKEN, Map.of("message", "First"));
        // Then
        assertThat(comment.text("/id")).startsWith("1793");
        assertThat(client.get(BASE + media + "/comments?fields=id,text,username", TOKEN)
                        .json()
                        .at("/data")
                        .findValuesAsText("text"))
                .containsExactly("First", "First");
        assertThat(simulator.control().comments(InstagramPlatform.ID))
                .hasSize(2)
                .allSatisfy(one -> assertThat(one.replyTo()).contains(media));
        assertThat(simulator.control().posts()).hasSize(1);
        assertThat(simulator.control().report().of(InstagramPlatform.ID).duplicatesPublished())
                .isEqualTo(1);
    }

    @Test
    void showsItsAccountsAndThoseOfPages() throws Exception {
        // When
        var me = client.get(BASE + "me?fields=user_id,username", TOKEN);
        var pages = client.get("/facebook/v26.0/me/accounts?fields=id,instagram_business_account", USER_TOKEN);
        var throughPage = client.get("/facebook/v26.0/" + ACCOUNT + "?fields=id,username", PAGE_TOKEN);
        // Then
        assertThat(me.text("/user_id")).isEqualTo(ACCOUNT);
        assertThat(me.text("/username")).isEqualTo("harbour_bakery");
        assertThat(me.text("/id")).as("app-scoped").isNotEqualTo(ACCOUNT);
        assertThat(pages.text("/data/0/instagram_business_account/id")).isEqualTo(ACCOUNT);
        assertThat(throughPage.text("/id")).isEqualTo(ACCOUNT);
    }

    @Test
    void refusesTokensOfOthersAndOfTheOtherHost() throws Exception {
        // Given
        var fields = Map.of("image_url", media("sample.jpg"));
        // Then
        assertRefused(client.form(BASE + ACCOUNT + "/media", "", fields), 104, 0);
        assertRefused(client.form(BASE + ACCOUNT + "/media", "nonsense", fields), 190, 0);
        assertRefused(client.form(BASE + ACCOUNT + "/media", PAGE_TOKEN, fields), 190, 0);
        assertRefused(client.form("/facebook/v26.0/" + ACCOUNT + "/media", TOKEN, fields), 190, 0);
        assertRefused(client.form(BASE + ACCOUNT + "/media", "sim-instagram-access-2-token", fields), 100, 33);
        assertRefused(
                client.form("/facebook/v26.0/" + ACCOUNT + "/media", "sim-facebook-page-3-token", fields), 100, 33);
        simulator.control().expireToken(InstagramPlatform.ID, ACCOUNT);
        assertRefused(client.form(BASE + ACCOUNT + "/media", TOKEN, fields), 190, 463);
        simulator.control().revokeTokens(InstagramPlatform.ID, ACCOUNT);
        assertRefused(client.form(BASE + ACCOUNT + "/media", TOKEN, fields), 190, 460);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectsByCode(boolean isFlat) throws Exception {
        // Given
        simulator.control().set("instagramCodeAnswerIsFlat", isFlat);
        var app = InstagramPlatform.DEFAULT_APP;
        var consent = client.get(
                "/instagram/oauth/authorize?client_id=" + app.clientId()
                        + "&redirect_uri=http%3A%2F%2Flocalhost%2Fback&response_type=code&state=s1"
                        + "&scope=instagram_business_basic&sim_user=" + ACCOUNT,
                "");
        var code = consent.header("Location").replaceAll(".*[?&]code=([^&#]+).*", "$1");
        var form = Map.of(
                "client_id",
                app.clientId(),
                "client_secret",
                app.clientSecret(),
                "grant_type",
                "authorization_code",
                "redirect_uri",
                "http://localhost/back",
                "code",
                code);
        // When
        var short1 = client.form("/instagram/oauth/access_token", "", form);
        var again = client.form("/instagram/oauth/access_token", "", form);
        var shortToken = short1.text(isFlat ? "/access_token" : "/data/0/access_token");
        var long1 = client.get(
                "/instagram/access_token?grant_type=ig_exchange_token&client_secret=" + app.clientSecret()
                        + "&access_token=" + shortToken,
                "");
        // Then
        assertThat(consent.header("Location")).endsWith("&state=s1#_");
        assertThat(short1.text(isFlat ? "/user_id" : "/data/0/user_id")).isEqualTo(ACCOUNT);
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.text("/error_message")).isEqualTo("Matching code was not found or was already used");
        assertThat(long1.json().at("/expires_in").asInt()).isEqualTo(5_183_944);
        assertThat(client.get(BASE + "me?fields=user_id", long1.text("/access_token"))
                        .text("/user_id"))
                .isEqualTo(ACCOUNT);
        assertRefused(refresh(shortToken), 100, 0);
        assertRefused(refresh(long1.text("/access_token")), 100, 0);
    }

    @Test
    void refreshesATokenThatIsADayOldOnce() throws Exception {
        // When
        var fresh = refresh(TOKEN);
        var again = refresh(TOKEN);
        // Then
        assertThat(fresh.text("/token_type")).isEqualTo("bearer");
        assertThat(fresh.json().at("/expires_in").asInt()).isEqualTo(5_183_944);
        assertRefused(again, 190, 460);
        assertThat(client.get(BASE + "me", fresh.text("/access_token")).status())
                .isEqualTo(200);
        assertRefused(client.get(BASE + "me", TOKEN), 190, 460);
        assertRefused(refresh(fresh.text("/access_token")), 100, 0);
        var numbers = simulator.control().report().of(InstagramPlatform.ID);
        assertThat(numbers.tokenRefreshes()).isEqualTo(1);
        assertThat(numbers.refreshTokenReuse()).isEqualTo(1);
    }

    @Test
    void refreshesNoExpiredToken() throws Exception {
        // Given
        simulator
                .control()
                .add(InstagramAccount.of("17840000000000077", "late", "late-token")
                        .withExpiresAt(Instant.now().minusSeconds(1)));
        // Then
        assertRefused(refresh("late-token"), 190, 463);
    }

    @Test
    void saysHowManyMinutesToWait() throws Exception {
        // Given
        simulator.control().set("instagramCallsPerHour", 1);
        client.get(BASE + "me", TOKEN);
        // When
        var answer = client.get(BASE + "me", TOKEN);
        // Then
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(80002);
        assertThat(answer.header("X-Business-Use-Case-Usage"))
                .contains("\"" + ACCOUNT + "\"", "\"type\":\"instagram\"", "\"call_count\":100");
        int minutes = Integer.parseInt(answer.header("X-Business-Use-Case-Usage")
                .replaceAll(".*estimated_time_to_regain_access\":([0-9]+).*", "$1"));
        assertThat(minutes).isBetween(0, 60);
    }

    @Test
    void reportsSpamAlthoughThePostIsLive() throws Exception {
        // Given
        var container = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        simulator
                .control()
                .inject(Failure.of(InstagramPlatform.ID, "media.publish", FailureKind.REFUSED_AFTER_EFFECT)
                        .code("4/2207051"));
        // When
        var answer = publish(container);
        // Then
        assertRefused(answer, 4, 2207051);
        assertThat(simulator.control().posts()).hasSize(1);
        assertThat(statusOf(container)).isEqualTo("PUBLISHED");
    }

    @Test
    void failsInProcessingAsItIsTold() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(InstagramPlatform.ID, "container.processing", FailureKind.REFUSED_BEFORE_EFFECT)
                        .account(ACCOUNT)
                        .code("2207085"));
        simulator
                .control()
                .inject(Failure.of(InstagramPlatform.ID, "container.processing", FailureKind.SLOW)
                        .seconds(3600));
        // When
        var failing = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        var slow = create(Map.of("image_url", media("sample.jpg"))).text("/id");
        // Then
        assertThat(client.get(BASE + failing + "?fields=status", TOKEN).text("/status"))
                .endsWith("2207085");
        assertThat(statusOf(failing)).isEqualTo("ERROR");
        assertThat(statusOf(slow)).isEqualTo("IN_PROGRESS");
    }

    @Test
    void failsAtEveryEndpointThatIsCalledThroughFacebookToo() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(InstagramPlatform.ID, "media.create", FailureKind.SERVER_ERROR_BEFORE_EFFECT)
                        .account(ACCOUNT));
        // When
        var answer = client.form(
                "/facebook/v26.0/" + ACCOUNT + "/media", PAGE_TOKEN, Map.of("image_url", media("sample.jpg")));
        // Then
        assertThat(answer.status()).isEqualTo(500);
        assertThat(simulator.control().report().of(InstagramPlatform.ID).calls())
                .containsEntry("media.create", Map.of(500, 1L));
    }

    @Test
    void knowsAfterARestartWhatItAnsweredFor(@TempDir Path directory) throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withDataDirectory(directory);
        String container;
        String media;
        String token;
        try (var first = PlatformSimulator.start(config);
                var caller = new SimulatorClient(first)) {
            first.control().set("instagramImageProcessingSeconds", 0);
            var image = first.uri() + "/media/sample.jpg";
            container = caller.form(BASE + ACCOUNT + "/media", TOKEN, Map.of("image_url", image))
                    .text("/id");
            media = caller.form(BASE + ACCOUNT + "/media_publish", TOKEN, Map.of("creation_id", container))
                    .text("/id");
            token = caller.get("/instagram/refresh_access_token?grant_type=ig_refresh_token&access_token=" + TOKEN, "")
                    .text("/access_token");
        }
        // When
        try (var second = PlatformSimulator.start(config);
                var caller = new SimulatorClient(second)) {
            // Then
            assertThat(caller.get(BASE + container + "?fields=status_code", token)
                            .text("/status_code"))
                    .isEqualTo("PUBLISHED");
            assertThat(caller.get(BASE + media + "?fields=permalink", token).status())
                    .isEqualTo(200);
            assertThat(caller.get(BASE + "me", TOKEN).status()).isEqualTo(400);
            var image = second.uri() + "/media/sample.jpg";
            assertThat(caller.form(BASE + ACCOUNT + "/media", token, Map.of("image_url", image))
                            .text("/id"))
                    .isGreaterThan(container);
        }
    }

    private Answer create(Map<String, String> fields) throws Exception {
        return client.form(BASE + ACCOUNT + "/media", TOKEN, fields);
    }

    private Answer carousel(String... children) throws Exception {
        return create(Map.of("media_type", "CAROUSEL", "children", String.join(",", children)));
    }

    private Answer publish(String container) throws Exception {
        return client.form(BASE + ACCOUNT + "/media_publish", TOKEN, Map.of("creation_id", container));
    }

    private Answer limit() throws Exception {
        return client.get(BASE + ACCOUNT + "/content_publishing_limit?fields=quota_usage,config", TOKEN);
    }

    private Answer refresh(String token) throws Exception {
        return client.get("/instagram/refresh_access_token?grant_type=ig_refresh_token&access_token=" + token, "");
    }

    private Answer upload(String uri, long offset, long size, byte[] bytes) throws Exception {
        return client.send(client.request(uri, "")
                .header("Authorization", "OAuth " + TOKEN)
                .header("offset", Long.toString(offset))
                .header("file_size", Long.toString(size))
                .POST(BodyPublishers.ofByteArray(bytes)));
    }

    private void awaitStatus(String container, String status) {
        await().atMost(Duration.ofSeconds(20)).until(() -> statusOf(container).equals(status));
    }

    private String statusOf(String container) throws Exception {
        return client.get(BASE + container + "?fields=status_code", TOKEN).text("/status_code");
    }

    private String media(String name) {
        return simulator.uri() + "/media/" + name;
    }

    private static List<String> ids(Answer answer) {
        return answer.json().at("/data").findValuesAsText("id");
    }

    private static void assertRefused(Answer answer, int code, int subcode) {
        assertThat(Stream.of(
                        answer.json().at("/error/code").asInt(),
                        answer.json().at("/error/error_subcode").asInt()))
                .as(answer.body())
                .containsExactly(code, subcode);
    }
}
