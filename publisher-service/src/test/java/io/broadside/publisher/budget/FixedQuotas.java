package io.broadside.publisher.budget;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Instant;
import java.util.List;

/** Quotas of a platform made up for a test; its answers tell of the app's limit in three headers. */
record FixedQuotas(String platform, List<Documented> documented, int callsPerStep) implements Quotas {

    static final String GROUP = "posts";
    static final String SPAN = "a quarter of an hour";

    @Override
    public String title() {
        return platform;
    }

    @Override
    public String groupOf(String endpoint) {
        return GROUP;
    }

    @Override
    public List<Need> next(PublishCommand command) {
        return List.of(new Need(GROUP, callsPerStep));
    }

    @Override
    public List<Reading> readings(String endpoint, Answer answer, Instant now) {
        return answer.header("limit").stream()
                .<Reading>map(limit -> new Reading.Count(
                        Holder.APP,
                        GROUP,
                        SPAN,
                        Long.parseLong(limit),
                        Long.parseLong(answer.header("left").orElseThrow()),
                        Instant.ofEpochMilli(
                                Long.parseLong(answer.header("reset").orElseThrow()))))
                .toList();
    }
}
