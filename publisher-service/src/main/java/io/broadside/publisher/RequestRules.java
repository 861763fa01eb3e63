package io.broadside.publisher;

import io.broadside.events.Content;
import io.broadside.events.ContentOverride;
import io.broadside.events.Fault;
import io.broadside.events.PostOrder;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules every request keeps, whatever the platform; and what a target's content is once its override is laid over it. */
final class RequestRules {

    /** A command carries the content and its own history, and must fit a record of 1 MiB. */
    static final int MOST_BYTES = 512 << 10;

    static final int MOST_TARGETS = 100;

    private static final int MOST_LABELS = 20;
    private static final int LONGEST_ID = 128;
    private static final int LONGEST_LABEL = 256;
    private static final Duration LONGEST_SCHEDULE = Duration.ofDays(365);

    private static final String PAST = "past";

    private RequestRules() {}

    /** Whether a request is only late: nothing but time is wrong with it. */
    static boolean isLate(List<Fault> faults) {
        return !faults.isEmpty()
                && faults.stream().allMatch(fault -> fault.getRule().equals(PAST));
    }

    /** Whether the id can serve as a key at all. */
    static boolean isValidId(String requestId) {
        return !requestId.isEmpty()
                && requestId.length() <= LONGEST_ID
                && requestId.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    /** Everything that is wrong with the request as a whole. */
    static List<Fault> faults(PublishRequest request, Instant now) {
        var faults = new ArrayList<Fault>();
        if (!isValidId(request.getRequestId())) {
            faults.add(fault(
                    "requestId",
                    "visibleAscii",
                    "1.." + LONGEST_ID,
                    Integer.toString(request.getRequestId().length()),
                    "Give the request an id of 1 to 128 visible ASCII characters."));
        }
        var targets = request.getTargets().size();
        if (targets < 1 || targets > MOST_TARGETS) {
            faults.add(fault(
                    "targets",
                    "count",
                    "1.." + MOST_TARGETS,
                    Integer.toString(targets),
                    "Name between 1 and " + MOST_TARGETS + " targets; split a larger request."));
        }
        if (!areValid(request.getLabels())) {
            faults.add(fault(
                    "labels",
                    "size",
                    MOST_LABELS + " of " + LONGEST_LABEL + " characters",
                    null,
                    "Use at most " + MOST_LABELS + " labels of at most " + LONGEST_LABEL + " characters."));
        }
        if (request.getOrder() == PostOrder.UNKNOWN) {
            faults.add(fault(
                    "order",
                    "known",
                    PostOrder.INDEPENDENT.name() + ", " + PostOrder.IN_ORDER.name(),
                    request.getOrder().name(),
                    "Leave the order out, or give INDEPENDENT or IN_ORDER."));
        }
        faults.addAll(timeFaults(request.getPublishAt(), request.getDeadline(), now));
        return faults;
    }

    /** What is wrong with the times of a request, or of a change of one. */
    static List<Fault> timeFaults(Optional<Instant> publishAt, Optional<Instant> deadline, Instant now) {
        var faults = new ArrayList<Fault>();
        publishAt
                .filter(at -> at.isAfter(now.plus(LONGEST_SCHEDULE)))
                .ifPresent(at -> faults.add(fault(
                        "publishAt",
                        "tooFar",
                        LONGEST_SCHEDULE.toDays() + " days",
                        at.toString(),
                        "Schedule at most " + LONGEST_SCHEDULE.toDays() + " days ahead.")));
        deadline.filter(end -> !end.isAfter(now))
                .ifPresent(end -> faults.add(fault(
                        "deadline",
                        PAST,
                        now.toString(),
                        end.toString(),
                        "Set a deadline that is still to come, or leave it out.")));
        deadline.filter(end -> publishAt.filter(at -> !at.isBefore(end)).isPresent())
                .ifPresent(end -> faults.add(fault(
                        "deadline",
                        "beforePublishAt",
                        publishAt.map(Instant::toString).orElse(null),
                        end.toString(),
                        "Set the deadline after publishAt, or leave it out.")));
        return faults;
    }

    static boolean areValid(Map<String, String> labels) {
        return labels.size() <= MOST_LABELS
                && labels.entrySet().stream()
                        .allMatch(label -> label.getKey().length() <= LONGEST_LABEL
                                && label.getValue().length() <= LONGEST_LABEL);
    }

    /** As much of a text from outside as an answer repeats. */
    static String shortened(String text) {
        return text.length() <= LONGEST_ID ? text : text.substring(0, LONGEST_ID);
    }

    static Fault shortened(Fault fault) {
        return Fault.newBuilder(fault)
                .setActual(fault.getActual().map(RequestRules::shortened).orElse(null))
                .build();
    }

    static List<Fault> tooLarge(int bytes) {
        return List.of(fault(
                "",
                "maxBytes",
                Integer.toString(MOST_BYTES),
                Integer.toString(bytes),
                "Make the request smaller than " + MOST_BYTES / 1024 + " KiB; media are given by URL."));
    }

    /** What is wrong with how a target is named, before it is looked up. */
    static List<Fault> faults(Target target, int index) {
        var isNamed = target.getConnectionId().isPresent()
                || (target.getProfileId().isPresent() && target.getPlatform().isPresent());
        return isNamed
                ? List.of()
                : List.of(fault(
                        "targets[" + index + "]",
                        "connectionIdOrProfileAndPlatform",
                        null,
                        null,
                        "Name the target's connectionId, or its profileId and platform."));
    }

    /** The content of one target: the request's, with the target's override laid over it. */
    static Content contentOf(PublishRequest request, Target target) {
        var base = request.getContent();
        return target.getOverride().map(override -> overridden(base, override)).orElse(base);
    }

    private static Content overridden(Content base, ContentOverride override) {
        var options = new HashMap<>(base.getOptions());
        options.putAll(override.getOptions());
        return Content.newBuilder(base)
                .setText(override.getText().or(base::getText).orElse(null))
                .setLink(override.getLink().or(base::getLink).orElse(null))
                .setMedia(override.getMedia().orElse(base.getMedia()))
                .setPlacement(override.getPlacement().orElse(base.getPlacement()))
                .setThread(override.getThread().orElse(base.getThread()))
                .setFirstComment(
                        override.getFirstComment().or(base::getFirstComment).orElse(null))
                .setVisibility(override.getVisibility().orElse(base.getVisibility()))
                .setOptions(options)
                .build();
    }

    static Fault fault(String field, String rule, @Nullable String limit, @Nullable String actual, String message) {
        return Fault.newBuilder()
                .setField(field)
                .setRule(rule)
                .setLimit(limit)
                .setActual(actual)
                .setMessage(message)
                .build();
    }
}
