package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInApi.Caller;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;

/**
 * The API without versions, which "Share on LinkedIn" still has. Its texts are plain.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/share-on-linkedin
 */
final class LegacyShares {
    private static final String SHARE = "com.linkedin.ugc.ShareContent";
    private static final String VISIBILITY = "com.linkedin.ugc.MemberNetworkVisibility";
    private static final String MECHANISM = "com.linkedin.digitalmedia.uploading.MediaUploadHttpRequest";
    private static final Set<String> CATEGORIES = Set.of("NONE", "ARTICLE", "IMAGE", "VIDEO");
    private static final Set<String> RECIPES =
            Set.of("urn:li:digitalmediaRecipe:feedshare-image", "urn:li:digitalmediaRecipe:feedshare-video");

    private final LinkedInPosts posts;
    private final LinkedInAssets assets;

    LegacyShares(LinkedInPosts posts, LinkedInAssets assets) {
        this.posts = posts;
        this.assets = assets;
    }

    Reply create(Caller caller, Request request) {
        var body = NewPost.object(request);
        var author = body.path("author").asText();
        NewPost.requireAuthor(author);
        caller.mayWriteAs(author, "ugcPosts.CREATE.NO_VERSION");
        if (!body.path("lifecycleState").asText().equals("PUBLISHED")) {
            throw LinkedInError.invalid("lifecycleState", "PUBLISHED needed");
        }
        var share = body.path("specificContent").path(SHARE);
        var text = share.path("shareCommentary").path("text");
        if (!text.isTextual()) {
            throw LinkedInError.missing("specificContent." + SHARE + ".shareCommentary.text");
        }
        NewPost.requireLength("shareCommentary.text", text.asText(), NewPost.LONGEST_COMMENTARY);
        var visibility = body.path("visibility").path(VISIBILITY).asText();
        if (!visibility.equals("PUBLIC") && !visibility.equals("CONNECTIONS")) {
            throw LinkedInError.invalid("visibility." + VISIBILITY, "PUBLIC or CONNECTIONS needed");
        }
        var wanted = withMedia(author, text.asText(), visibility, share);
        wanted.assets().forEach(asset -> assets.requireUsable(asset, author));
        var reply = posts.publishPlain(wanted, request.arrivedAt());
        return LinkedInPosts.urnOf(reply)
                .map(urn -> Reply.json(201, Json.object().put("id", urn)).with(reply.headers()))
                .orElse(reply);
    }

    private static NewPost withMedia(String author, String text, String visibility, JsonNode share) {
        var category = share.path("shareMediaCategory").asText();
        if (!CATEGORIES.contains(category)) {
            throw LinkedInError.invalid(
                    "shareMediaCategory",
                    "one of " + CATEGORIES.stream().sorted().toList() + " needed");
        }
        var found = new ArrayList<NewPost.Asset>();
        var link = Optional.<String>empty();
        if (!category.equals("NONE")) {
            if (share.path("media").isEmpty()) {
                throw LinkedInError.missing("media");
            }
            for (var medium : share.path("media")) {
                if (!medium.path("status").asText().equals("READY")) {
                    throw LinkedInError.invalid("media.status", "READY needed");
                }
                if (category.equals("ARTICLE")) {
                    link = Optional.of(medium.path("originalUrl").asText()).filter(it -> !it.isEmpty());
                    if (link.isEmpty()) {
                        throw LinkedInError.missing("media.originalUrl");
                    }
                } else {
                    found.add(new NewPost.Asset(
                            "media.media", medium.path("media").asText(), Set.of("digitalmediaAsset")));
                }
            }
        }
        var content = Json.object();
        content.set("media", share.path("media"));
        return new NewPost(author, text, visibility, Optional.of(content), link, found);
    }

    Reply register(Caller caller, Request request) {
        var wanted = NewPost.object(request).path("registerUploadRequest");
        var owner = wanted.path("owner").asText();
        NewPost.requireAuthor(owner);
        caller.mayWriteAs(owner, "assets.ACTION-registerUpload.NO_VERSION");
        if (!RECIPES.contains(wanted.path("recipes").path(0).asText())) {
            throw LinkedInError.invalid(
                    "registerUploadRequest.recipes",
                    "one of " + RECIPES.stream().sorted().toList() + " needed");
        }
        var isGenerated =
                wanted.path("serviceRelationships").path(0).path("identifier").asText();
        if (!isGenerated.equals("urn:li:userGeneratedContent")) {
            throw LinkedInError.missing("registerUploadRequest.serviceRelationships");
        }
        var asset = assets.register("digitalmediaAsset", owner, caller, 0, 1);
        var body = Json.object();
        var value = body.putObject("value");
        value.putObject("uploadMechanism")
                .putObject(MECHANISM)
                .put("uploadUrl", LinkedInAssets.address(request, asset, 0))
                .putObject("headers");
        value.put("mediaArtifact", "urn:li:digitalmediaMediaArtifact:(" + asset.urn() + ",1)");
        value.put("asset", asset.urn());
        return Reply.json(200, body);
    }
}
