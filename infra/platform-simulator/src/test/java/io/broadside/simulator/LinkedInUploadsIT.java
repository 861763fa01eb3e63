package io.broadside.simulator;

import static io.broadside.simulator.LinkedInClient.ORGANIZATION;
import static io.broadside.simulator.LinkedInClient.PERSON;
import static io.broadside.simulator.LinkedInClient.PLAIN_PERSON;
import static io.broadside.simulator.LinkedInClient.PLAIN_TOKEN;
import static io.broadside.simulator.LinkedInClient.TOKEN;
import static io.broadside.simulator.LinkedInClient.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.post.Publication.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinkedInUploadsIT {
    private static final int PART = 4_194_304;
    private static final byte[] PDF = "%PDF-1.7 a document".getBytes(StandardCharsets.US_ASCII);

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final LinkedInClient linkedIn = new LinkedInClient(client);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void showsAnImageThatWasUploaded() throws Exception {
        // Given
        var begun = begin("images", PERSON);
        var early = linkedIn.post(PERSON, "look", media(begun.text("/value/image")));
        // When
        var uploaded = linkedIn.upload(begun.text("/value/uploadUrl"), TOKEN, "image/jpeg", client.image());
        var posted = linkedIn.post(PERSON, "look", media(begun.text("/value/image")));
        // Then
        assertThat(begun.text("/value/image")).startsWith("urn:li:image:");
        assertThat(begun.json().at("/value/uploadUrlExpiresAt").isNumber()).isTrue();
        assertThat(early.status()).isEqualTo(400);
        assertThat(early.text("/code")).isEqualTo("MEDIA_ASSET_WAITING_UPLOAD");
        assertThat(uploaded.status()).isEqualTo(201);
        assertThat(posted.status()).isEqualTo(201);
        assertThat(simulator.control().posts().getFirst().media())
                .singleElement()
                .asString()
                .startsWith("content:");
    }

    @Test
    void wantsTheTokenWithAnImageAndItsOwnAddress() throws Exception {
        // Given
        var begun = begin("images", PERSON);
        var address = begun.text("/value/uploadUrl");
        // Then
        assertThat(linkedIn.upload(address, "", "image/jpeg", client.image()).status())
                .isEqualTo(401);
        assertThat(linkedIn.upload(address, PLAIN_TOKEN, "image/jpeg", client.image())
                        .status())
                .isEqualTo(401);
        assertThat(linkedIn.upload(address.replace("image.", "image.x"), TOKEN, "image/jpeg", client.image())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void tellsNobodyOfImagesWhoMayOnlyPostForThemselves() throws Exception {
        // Given
        var mine = linkedIn.image(ORGANIZATION, client.image());
        var begun = linkedIn.json(
                "/rest/images?action=initializeUpload",
                PLAIN_TOKEN,
                "{\"initializeUploadRequest\":{\"owner\":\"" + PLAIN_PERSON + "\"}}");
        // Then
        assertThat(linkedIn.get("/rest/images/" + encoded(mine)).text("/status"))
                .isEqualTo("AVAILABLE");
        var forbidden = linkedIn.get("/rest/images/" + encoded(begun.text("/value/image")), PLAIN_TOKEN);
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.text("/code")).isEqualTo("ACCESS_DENIED");
    }

    @Test
    void processesForAsLongAsItIsTold() throws Exception {
        // Given
        simulator.control().set("linkedinProcessingSeconds", 3_600);
        var image = linkedIn.image(PERSON, client.image());
        // Then
        assertThat(linkedIn.get("/rest/images/" + encoded(image)).text("/status"))
                .isEqualTo("PROCESSING");
        assertThat(linkedIn.post(PERSON, "look", media(image)).text("/code")).isEqualTo("MEDIA_ASSET_WAITING_UPLOAD");
        simulator.control().set("linkedinProcessingSeconds", 0);
        assertThat(linkedIn.get("/rest/images/" + encoded(image)).text("/status"))
                .isEqualTo("AVAILABLE");
    }

    @Test
    void failsToProcessWhatIsNoImage() throws Exception {
        // Given
        var image = linkedIn.image(PERSON, "no image".getBytes(StandardCharsets.US_ASCII));
        // Then
        assertThat(linkedIn.get("/rest/images/" + encoded(image)).text("/status"))
                .isEqualTo("PROCESSING_FAILED");
        assertThat(linkedIn.post(PERSON, "look", media(image)).text("/code"))
                .isEqualTo("MEDIA_ASSET_PROCESSING_FAILED");
    }

    @Test
    void takesNothingAtAnAddressThatHasExpired() throws Exception {
        // Given
        simulator.control().set("linkedinUploadUrlSeconds", 0);
        var begun = begin("images", PERSON);
        // When
        var late = linkedIn.upload(begun.text("/value/uploadUrl"), TOKEN, "image/jpeg", client.image());
        // Then
        assertThat(late.text("/code")).isEqualTo("EXPIRED_UPLOAD_URL");
    }

    @Test
    void showsSeveralImagesOfTheirAuthorOnly() throws Exception {
        // Given
        var one = linkedIn.image(ORGANIZATION, client.image());
        var two = linkedIn.image(ORGANIZATION, client.image());
        var content = "{\"multiImage\":{\"images\":[{\"id\":\"" + one + "\",\"altText\":\"A cat\"},{\"id\":\"" + two
                + "\"}]}}";
        // Then
        assertThat(linkedIn.post(PERSON, "look", content).text("/code")).isEqualTo("INVALID_VALUE_FOR_FIELD");
        assertThat(linkedIn.post(ORGANIZATION, "look", content).header("x-restli-id"))
                .startsWith("urn:li:ugcPost:");
        assertThat(linkedIn.post(ORGANIZATION, "look", "{\"multiImage\":{\"images\":[{\"id\":\"" + one + "\"}]}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void showsADocumentWithItsTitle() throws Exception {
        // Given
        var begun = begin("documents", ORGANIZATION);
        var document = begun.text("/value/document");
        linkedIn.upload(begun.text("/value/uploadUrl"), TOKEN, "application/pdf", PDF);
        // Then
        assertThat(linkedIn.get("/rest/documents/" + encoded(document)).text("/status"))
                .isEqualTo("AVAILABLE");
        assertThat(linkedIn.post(ORGANIZATION, "read", media(document)).text("/code"))
                .isEqualTo("MISSING_FIELD");
        assertThat(linkedIn.post(
                                ORGANIZATION,
                                "read",
                                "{\"media\":{\"id\":\"" + document + "\",\"title\":\"Our year\"}}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void takesAVideoInPartsAndPutsThemTogether() throws Exception {
        // Given
        var video = video(5_000_000);
        var begun = beginVideo(video.length);
        var urn = begun.text("/value/video");
        // When
        var first = part(begun, 0, Arrays.copyOf(video, PART));
        var second = part(begun, 1, Arrays.copyOfRange(video, PART, video.length));
        var early = linkedIn.post(ORGANIZATION, "watch", media(urn));
        var wrong = finish(urn, first.header("ETag"), second.header("ETag"));
        var finished = finish(urn, bare(first), bare(second));
        var posted = linkedIn.post(ORGANIZATION, "watch", media(urn));
        // Then
        assertThat(begun.json().at("/value/uploadInstructions")).hasSize(2);
        assertThat(begun.json().at("/value/uploadInstructions/0/lastByte").asLong())
                .isEqualTo(PART - 1);
        assertThat(begun.json().at("/value/uploadInstructions/1/firstByte").asLong())
                .isEqualTo(PART);
        assertThat(begun.json().at("/value/uploadInstructions/1/lastByte").asLong())
                .isEqualTo(4_999_999);
        assertThat(begun.text("/value/uploadToken")).isEmpty();
        assertThat(first.header("ETag")).startsWith("\"").endsWith("\"");
        assertThat(second.header("ETag")).startsWith("/ambry-video/").doesNotContain("\"");
        assertThat(early.text("/code")).isEqualTo("MEDIA_ASSET_WAITING_UPLOAD");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(finished.status()).isEqualTo(200);
        assertThat(linkedIn.get("/rest/videos/" + encoded(urn)).text("/status")).isEqualTo("AVAILABLE");
        assertThat(posted.header("x-restli-id")).startsWith("urn:li:ugcPost:");
        assertThat(simulator.control().posts().getFirst().kind()).isEqualTo(Kind.VIDEO);
    }

    @Test
    void wantsThePartsOfAVideoExactly() throws Exception {
        // Given
        var video = video(5_000_000);
        var begun = beginVideo(video.length);
        var address = begun.text("/value/uploadInstructions/0/uploadUrl");
        var part = Arrays.copyOf(video, PART);
        // Then
        assertThat(linkedIn.upload(address, TOKEN, "application/octet-stream", part)
                        .status())
                .as("with a token")
                .isEqualTo(400);
        assertThat(linkedIn.upload(address, "", "video/mp4", part).status()).isEqualTo(415);
        assertThat(linkedIn.upload(address, "", "application/octet-stream", Arrays.copyOf(video, 100))
                        .status())
                .isEqualTo(400);
        assertThat(part(begun, 0, part).status()).isEqualTo(200);
        assertThat(finish(begun.text("/value/video"), "e1").status()).isEqualTo(400);
    }

    @Test
    void refusesVideosOfASizeThatIsNone() throws Exception {
        assertThat(beginVideo(75 * 1024 - 1).text("/code")).isEqualTo("INVALID_VALUE_FOR_FIELD");
        assertThat(beginVideo(75 * 1024).status()).isEqualTo(200);
        assertThat(beginVideo(500L * 1024 * 1024 + 1).text("/code")).isEqualTo("INVALID_VALUE_FOR_FIELD");
    }

    @Test
    void uploadsThroughTheOldApi() throws Exception {
        // Given
        var registered = linkedIn.json(
                "/v2/assets?action=registerUpload",
                "{\"registerUploadRequest\":{\"owner\":\"" + PERSON + "\",\"recipes\":"
                        + "[\"urn:li:digitalmediaRecipe:feedshare-image\"],\"serviceRelationships\":[{\"relationshipType\":"
                        + "\"OWNER\",\"identifier\":\"urn:li:userGeneratedContent\"}]}}");
        var address = registered
                .json()
                .at("/value/uploadMechanism")
                .path("com.linkedin.digitalmedia.uploading.MediaUploadHttpRequest")
                .path("uploadUrl")
                .asText();
        // When
        var uploaded = linkedIn.upload(address, TOKEN, "image/jpeg", client.image());
        var posted = linkedIn.json(
                "/v2/ugcPosts",
                "{\"author\":\"" + PERSON + "\",\"lifecycleState\":\"PUBLISHED\",\"specificContent\":"
                        + "{\"com.linkedin.ugc.ShareContent\":{\"shareCommentary\":{\"text\":\"look\"},\"shareMediaCategory\":"
                        + "\"IMAGE\",\"media\":[{\"status\":\"READY\",\"media\":\"" + registered.text("/value/asset")
                        + "\"}]}},\"visibility\":{\"com.linkedin.ugc.MemberNetworkVisibility\":\"CONNECTIONS\"}}");
        // Then
        assertThat(uploaded.status()).isEqualTo(201);
        assertThat(posted.status()).isEqualTo(201);
    }

    @Test
    void failsAtEachStepOfAnUpload() throws Exception {
        for (var endpoint : new String[] {"images.initializeUpload", "upload", "posts.create"}) {
            simulator
                    .control()
                    .inject(Failure.of(Platform.LINKEDIN, endpoint, FailureKind.SERVER_ERROR_BEFORE_EFFECT)
                            .status(503));
        }
        assertThat(begin("images", PERSON).status()).isEqualTo(503);
        var begun = begin("images", PERSON);
        assertThat(linkedIn.upload(begun.text("/value/uploadUrl"), TOKEN, "image/jpeg", client.image())
                        .status())
                .isEqualTo(503);
        assertThat(linkedIn.post(PERSON, "hello").status()).isEqualTo(503);
    }

    private Answer begin(String resource, String owner) throws Exception {
        return linkedIn.json(
                "/rest/" + resource + "?action=initializeUpload",
                "{\"initializeUploadRequest\":{\"owner\":\"" + owner + "\"}}");
    }

    private Answer beginVideo(long size) throws Exception {
        return linkedIn.json(
                "/rest/videos?action=initializeUpload",
                "{\"initializeUploadRequest\":{\"owner\":\"" + ORGANIZATION + "\",\"fileSizeBytes\":" + size
                        + ",\"uploadCaptions\":false,\"uploadThumbnail\":false}}");
    }

    private Answer part(Answer begun, int number, byte[] bytes) throws Exception {
        return linkedIn.upload(
                begun.text("/value/uploadInstructions/" + number + "/uploadUrl"),
                "",
                "application/octet-stream",
                bytes);
    }

    private Answer finish(String urn, String... etags) throws Exception {
        var ids = Json.MAPPER.valueToTree(etags);
        return linkedIn.json(
                "/rest/videos?action=finalizeUpload",
                "{\"finalizeUploadRequest\":{\"video\":\"" + urn + "\",\"uploadToken\":\"\",\"uploadedPartIds\":" + ids
                        + "}}");
    }

    private static String bare(Answer answer) {
        return answer.header("ETag").replaceAll("^\"|\"$", "");
    }

    private static String media(String urn) {
        return "{\"media\":{\"id\":\"" + urn + "\"}}";
    }

    private static byte[] video(int size) {
        var bytes = new byte[size];
        System.arraycopy("\0\0\0\u0018ftypmp42".getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 0, 12);
        return bytes;
    }
}
