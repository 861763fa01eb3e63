package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.x.TweetText.MediaLink;
import io.broadside.simulator.x.XChange.Media;
import io.broadside.simulator.x.XChange.Tweet;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;

/** Posts as JSON, with the fields that were asked for. */
final class XViews {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    /** https://docs.x.com/x-api/fundamentals/data-dictionary; those without a meaning here are accepted and left out. */
    private static final Set<String> FIELDS = Set.of(
            "article",
            "attachments",
            "author_id",
            "card_uri",
            "community_id",
            "context_annotations",
            "conversation_id",
            "created_at",
            "display_text_range",
            "edit_controls",
            "edit_history_tweet_ids",
            "entities",
            "geo",
            "id",
            "in_reply_to_user_id",
            "lang",
            "media_metadata",
            "non_public_metrics",
            "note_tweet",
            "organic_metrics",
            "possibly_sensitive",
            "promoted_metrics",
            "public_metrics",
            "referenced_tweets",
            "reply_settings",
            "scopes",
            "source",
            "suggested_source_links",
            "text",
            "withheld");

    private final XState state;

    XViews(XState state) {
        this.state = state;
    }

    static Set<String> fields(Request request) {
        var asked = request.query().getOrDefault("tweet.fields", "");
        if (asked.isEmpty()) {
            return Set.of();
        }
        var names = Set.copyOf(Arrays.asList(asked.split(",", -1)));
        names.stream().filter(name -> !FIELDS.contains(name)).findAny().ifPresent(name -> {
            throw new Refusal(XProblem.invalid(
                    "tweet.fields", "The `tweet.fields` query parameter value [" + name + "] is not valid"));
        });
        return names;
    }

    ObjectNode view(Tweet tweet, Set<String> fields) {
        var username =
                state.user(tweet.userId()).map(user -> user.account().name()).orElse("i");
        var links = new ArrayList<MediaLink>();
        for (var mediaId : tweet.mediaIds()) {
            var media = state.media(mediaId);
            var place = media.map(Media::categoryOrImage)
                    .orElse(MediaCategory.TWEET_IMAGE)
                    .place();
            links.add(new MediaLink(
                    media.map(Media::key).orElse(mediaId),
                    "https://x.com/" + username + "/status/" + tweet.id() + "/" + place + "/1"));
        }
        var shown = TweetText.show(tweet.text(), tweet.id(), links);
        var view = Json.object();
        view.put("id", tweet.id());
        view.put("text", shown.text());
        view.putArray("edit_history_tweet_ids").add(tweet.id());
        if (fields.contains("created_at")) {
            view.put("created_at", TIME.format(tweet.createdAt()));
        }
        if (fields.contains("author_id")) {
            view.put("author_id", tweet.userId());
        }
        if (fields.contains("conversation_id")) {
            view.put("conversation_id", conversation(tweet));
        }
        if (fields.contains("entities") && !shown.urls().isEmpty()) {
            view.putObject("entities").set("urls", shown.urls());
        }
        if (fields.contains("attachments") && !links.isEmpty()) {
            var keys = view.putObject("attachments").putArray("media_keys");
            links.forEach(link -> keys.add(link.mediaKey()));
        }
        if (fields.contains("in_reply_to_user_id")) {
            tweet.replyTo().flatMap(state::tweet).ifPresent(parent -> view.put("in_reply_to_user_id", parent.userId()));
        }
        if (fields.contains("referenced_tweets")
                && (tweet.replyTo().isPresent() || tweet.quoted().isPresent())) {
            var references = view.putArray("referenced_tweets");
            tweet.replyTo()
                    .ifPresent(id ->
                            references.addObject().put("type", "replied_to").put("id", id));
            tweet.quoted()
                    .ifPresent(
                            id -> references.addObject().put("type", "quoted").put("id", id));
        }
        return view;
    }

    private String conversation(Tweet tweet) {
        var first = tweet;
        while (true) {
            var parent = first.replyTo().flatMap(state::tweet);
            if (parent.isEmpty()) {
                return first.replyTo().orElse(first.id());
            }
            first = parent.get();
        }
    }
}
