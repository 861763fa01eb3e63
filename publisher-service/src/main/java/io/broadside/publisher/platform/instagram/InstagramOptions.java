package io.broadside.publisher.platform.instagram;

import io.broadside.events.Content;
import io.broadside.publisher.platform.ContentCheck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Settings that only Instagram has, as options of a content:
 *
 * <ul>
 *   <li>{@code instagram.shareToFeed}: whether a reel also shows in the feed, true or false
 *   <li>{@code instagram.thumbOffset}: milliseconds into a reel where its cover is taken from
 *   <li>{@code instagram.audioName}: name of a reel's own sound
 *   <li>{@code instagram.collaborators}: up to three user names, with commas between them; not for stories
 *   <li>{@code instagram.locationId}: id of the Facebook Page of a place; not for stories
 * </ul>
 */
final class InstagramOptions {

    private static final int MOST_COLLABORATORS = 3;
    private static final Pattern USER_NAME = Pattern.compile("[A-Za-z0-9._]{1,30}");

    /** An option, the field it becomes, the kinds of posts that have it, and what it must look like. */
    private record Option(String name, String field, Set<PostKind> kinds, Pattern form, String needs) {}

    private static final Set<PostKind> NO_STORIES = Set.of(PostKind.IMAGE, PostKind.CAROUSEL, PostKind.REEL);

    private static final List<Option> OPTIONS = List.of(
            new Option(
                    "instagram.shareToFeed",
                    "share_to_feed",
                    Set.of(PostKind.REEL),
                    Pattern.compile("true|false"),
                    "true or false"),
            new Option(
                    "instagram.thumbOffset",
                    "thumb_offset",
                    Set.of(PostKind.REEL),
                    Pattern.compile("[0-9]{1,7}"),
                    "a number of milliseconds"),
            new Option(
                    "instagram.audioName",
                    "audio_name",
                    Set.of(PostKind.REEL),
                    Pattern.compile("(?s).*\\S.*"),
                    "a name"),
            new Option(
                    "instagram.collaborators",
                    "collaborators",
                    NO_STORIES,
                    Pattern.compile("(?s).*\\S.*"),
                    "up to three user names with commas between them"),
            new Option(
                    "instagram.locationId",
                    "location_id",
                    NO_STORIES,
                    Pattern.compile("[0-9]{1,30}"),
                    "the id of a place, a number"));

    private InstagramOptions() {}

    static void addTo(Map<String, String> fields, Content content) {
        var kind = PostKind.of(content);
        for (var option : OPTIONS) {
            var value = content.getOptions().get(option.name());
            if (value != null && option.kinds().contains(kind)) {
                fields.put(option.field(), sent(option, value));
            }
        }
    }

    static void check(Content content, ContentCheck check) {
        check.optionsAreOneOf(OPTIONS.stream().map(Option::name).collect(Collectors.toSet()));
        for (var option : OPTIONS) {
            var value = content.getOptions().get(option.name());
            if (value != null) {
                check(option, value, PostKind.of(content), check);
            }
        }
    }

    private static void check(Option option, String value, PostKind kind, ContentCheck check) {
        var field = "content.options." + option.name();
        if (!option.kinds().contains(kind)) {
            check.unsupported(field, kind.name(), "Posts of this kind have no such option; take it out.");
        }
        if (!option.form().matcher(value.strip()).matches() || !areCollaborators(option, value)) {
            check.add(field, "form", "The option needs " + option.needs() + "; correct it.");
        }
    }

    private static boolean areCollaborators(Option option, String value) {
        if (!option.field().equals("collaborators")) {
            return true;
        }
        var names = userNames(value);
        return names.size() <= MOST_COLLABORATORS
                && names.stream().allMatch(name -> USER_NAME.matcher(name).matches());
    }

    private static String sent(Option option, String value) {
        return option.field().equals("collaborators")
                ? userNames(value).stream().collect(Collectors.joining("\",\"", "[\"", "\"]"))
                : value.strip();
    }

    /** Without the @ that Instagram refuses. */
    private static List<String> userNames(String value) {
        return Stream.of(value.split(",", -1))
                .map(String::strip)
                .map(name -> name.startsWith("@") ? name.substring(1) : name)
                .toList();
    }
}
