package io.broadside.publisher.platform;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.Placement;
import io.broadside.events.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Collects what is wrong with a content: everything at once, so that a sender mends it in one go. */
public final class ContentCheck {

    /** What this version does not do. A later one may, so it is a rule of its own. */
    public static final String UNSUPPORTED = "unsupported";

    private final String id;
    private final String name;
    private final Content content;
    private final List<Fault> faults = new ArrayList<>();

    /**
     * @param id of the platform, as in names of options
     * @param name of the platform, as people write it
     */
    public ContentCheck(String id, String name, Content content) {
        this.id = id;
        this.name = name;
        this.content = content;
        measured("content.media", content.getMedia());
        for (var i = 0; i < content.getThread().size(); i++) {
            measured(
                    "content.thread[" + i + "].media",
                    content.getThread().get(i).getMedia());
        }
    }

    private void measured(String field, List<Media> media) {
        for (var i = 0; i < media.size(); i++) {
            ofMedium(field + "[" + i + "]", media.get(i)).isMeasured();
        }
    }

    public List<Fault> faults() {
        return List.copyOf(faults);
    }

    /** Text, link or media: at least one. */
    public void needsSomethingToPublish() {
        var hasText = content.getText().filter(text -> !text.isBlank()).isPresent();
        if (!hasText && content.getLink().isEmpty() && content.getMedia().isEmpty()) {
            add("content", "required", "There is nothing to publish; give a text, a link or media.");
        }
    }

    /** Placement, thread and first comment: only plain posts in the feed, for now. */
    public void isPlainPost() {
        if (content.getPlacement() != Placement.FEED) {
            unsupported(
                    "content.placement",
                    content.getPlacement().name(),
                    "This version publishes on " + name + " in the feed only; use the placement FEED.");
        }
        if (!content.getThread().isEmpty()) {
            unsupported(
                    "content.thread",
                    content.getThread().size() + " parts",
                    "This version does not publish threads on " + name + "; send an empty thread for this target.");
        }
        if (content.getFirstComment().isPresent()) {
            unsupported(
                    "content.firstComment",
                    "present",
                    "This version does not write a first comment on " + name + "; leave it out for this target.");
        }
    }

    public void visibilityIsOneOf(Set<Visibility> known) {
        if (!known.contains(content.getVisibility())) {
            unsupported(
                    "content.visibility",
                    content.getVisibility().name(),
                    "Posts on " + name + " are public; use PLATFORM_DEFAULT or PUBLIC.");
        }
    }

    /** Options of this platform must be known ones: one that is misspelt would be lost in silence. */
    public void optionsAreOneOf(Set<String> known) {
        content.getOptions().keySet().stream()
                .filter(option -> option.toLowerCase(Locale.ROOT).startsWith(id + "."))
                .filter(option -> !known.contains(option))
                .sorted()
                .forEach(option -> unsupported(
                        "content.options." + option,
                        option,
                        "This version knows no option of this name for " + name + "; take it out."));
    }

    /** The link, if there is one, is a web address. */
    public void linkIsWebAddress() {
        content.getLink().ifPresent(link -> isWebAddress("content.link.url", link.getUrl()));
    }

    public void hasAtMostMedia(int limit) {
        var count = content.getMedia().size();
        if (count > limit) {
            add(
                    "content.media",
                    "maxItems",
                    Integer.toString(limit),
                    Integer.toString(count),
                    name + " takes at most " + limit + " images in a post; take " + (count - limit) + " away.");
        }
    }

    /** For platforms with a limit on descriptions. */
    public void altTextsAreAtMost(int limit) {
        for (var i = 0; i < content.getMedia().size(); i++) {
            var length =
                    content.getMedia().get(i).getAltText().map(String::length).orElse(0);
            if (length > limit) {
                add(
                        "content.media[" + i + "].altText",
                        "maxLength",
                        Integer.toString(limit),
                        Integer.toString(length),
                        "Descriptions of images on " + name + " have at most " + limit + " characters; shorten it by "
                                + (length - limit) + ".");
            }
        }
    }

    /** The type that a medium is said to have, if it is said. */
    public void typeIsOneOf(String field, Media medium, Set<String> types, String message) {
        medium.getContentType()
                .map(type -> type.split(";", -1)[0].strip().toLowerCase(Locale.ROOT))
                .filter(type -> !types.contains(type))
                .ifPresent(type -> unsupported(field + ".contentType", type, message));
    }

    /** For what a sender says of a file beyond its type. */
    public MediaCheck ofMedium(String field, Media medium) {
        return new MediaCheck(this, name, field, medium);
    }

    /** For addresses of platforms' own fields: an http or https address. */
    public void isWebAddress(String field, String url) {
        if (WebAddress.of(url).isEmpty()) {
            // The address is not repeated: it may hold credentials, and that may be what is wrong with it.
            add(
                    field,
                    "webAddress",
                    "An http or https address with a host and without credentials is needed; correct it.");
        }
    }

    public void unsupported(String field, String actual, String message) {
        faults.add(fault(field, UNSUPPORTED, message).setActual(actual).build());
    }

    public void add(String field, String rule, String message) {
        faults.add(fault(field, rule, message).build());
    }

    public void add(String field, String rule, String limit, String actual, String message) {
        faults.add(fault(field, rule, message).setLimit(limit).setActual(actual).build());
    }

    private static Fault.Builder fault(String field, String rule, String message) {
        return Fault.newBuilder().setField(field).setRule(rule).setMessage(message);
    }
}
