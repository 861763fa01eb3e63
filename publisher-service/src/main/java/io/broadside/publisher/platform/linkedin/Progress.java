package io.broadside.publisher.platform.linkedin;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Outcome.Continue;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far a command has come, as its checkpoint holds it. */
final class Progress {

    private static final String MEDIA = "media";
    private static final String SINCE = "since";

    private final Map<String, String> values;

    private Progress(Map<String, String> values) {
        this.values = values;
    }

    static Progress of(PublishCommand command) {
        return new Progress(command.getCheckpoint().map(Checkpoint::getValues).orElse(Map.of()));
    }

    /** The files LinkedIn has, in order. */
    List<String> media() {
        var urns = text(MEDIA);
        return urns.isEmpty() ? List.of() : List.of(urns.split(",", -1));
    }

    String text(String name) {
        return values.getOrDefault(name, "");
    }

    long number(String name) {
        var text = text(name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    Optional<Instant> time(String name) {
        try {
            return Optional.of(Instant.parse(text(name)));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** Since when LinkedIn has had all files. */
    Optional<Instant> since() {
        return time(SINCE);
    }

    Progress with(String name, String value) {
        var more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new Progress(more);
    }

    Progress withSince(Instant since) {
        return with(SINCE, since.toString());
    }

    /** With one more file, and without what was of use only while that was on its way. */
    Progress withMedium(String urn) {
        var urns = text(MEDIA);
        return new Progress(Map.of(MEDIA, urns.isEmpty() ? urn : urns + "," + urn));
    }

    Continue to(LinkedInStep step, Instant now) {
        return new Continue(checkpoint(step, now).build(), Optional.empty());
    }

    Continue to(LinkedInStep step, Instant now, Duration pause) {
        return new Continue(checkpoint(step, now).build(), Optional.of(now.plus(pause)));
    }

    Checkpoint.Builder checkpoint(LinkedInStep step, Instant now) {
        return Checkpoint.newBuilder().setStep(step.label()).setValues(values).setAt(now);
    }
}
