package io.broadside.retry.account;

import io.broadside.retry.account.AccountKeys.Kind;
import io.broadside.retry.account.Inventory.Answer;
import io.broadside.runtime.store.Rounds;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks over the open targets of one partition, round by round, and asks where those are of which nothing was heard for a while.
 *
 * <ol>
 *   <li>A target is lost if its command was nowhere and nothing was heard of it since it was asked for.
 *   <li>A lost one is asked for again in every round, and is so until it is found or heard of.
 *   <li>Every round asks for so many others, so that all of them are asked for in turn. They are looked for between the rounds, a few at
 *       a time: whatever is due meanwhile does not wait for that.
 * </ol>
 */
final class Walk {

    private static final Logger LOGGER = LoggerFactory.getLogger(Walk.class);
    private static final int MOST_PER_ROUND = 20_000;
    private static final int MOST_PER_LOOK = 200;

    /** An open target when it was asked for: by it, one that was heard of since is known. */
    private record Asked(String key, String platform, long at) {}

    private final KeyValueStore<Bytes, byte[]> store;
    private final Function<String, Optional<Target>> targets;
    private final Inventory inventory;
    private final TaskId task;
    private final Duration silence;
    private final Map<String, Asked> lost = new HashMap<>();
    private final Map<String, Asked> asked = new HashMap<>();

    /** To be asked for in the next round. */
    private final Map<String, Asked> silent = new HashMap<>();

    private final Rounds passes = new Rounds();
    private int round;
    private boolean isAsking;
    private Bytes next = Kind.AGE.prefix();

    /** @param silence of how long is a reason to ask */
    Walk(
            KeyValueStore<Bytes, byte[]> store,
            Function<String, Optional<Target>> targets,
            Inventory inventory,
            TaskId task,
            Duration silence) {
        this.store = store;
        this.targets = targets;
        this.inventory = inventory;
        this.task = task;
        this.silence = silence;
        this.round = inventory.round();
    }

    /** Takes what was answered, asks what is to be asked, and says how many are lost, by platform. */
    Map<String, Long> look(long now) {
        if (isAsking) {
            inventory.answerTo(round).ifPresent(this::hear);
        }
        var isToAsk = inventory.round() != round;
        if (isToAsk || !next.equals(Kind.AGE.prefix()) || passes.mayBegin(now)) {
            gather(now);
        }
        if (isToAsk) {
            round = inventory.round();
            ask();
        }
        lost.values().removeIf(target -> !isStill(target));
        return lost.values().stream().collect(Collectors.groupingBy(Asked::platform, Collectors.counting()));
    }

    private void ask() {
        asked.clear();
        asked.putAll(lost);
        asked.putAll(silent);
        silent.clear();
        isAsking = true;
        inventory.ask(task, asked.keySet());
    }

    private void gather(long now) {
        if (silent.size() >= MOST_PER_ROUND) {
            return;
        }
        try (var entries = store.range(next, Kind.AGE.end())) {
            for (var seen = 0; entries.hasNext() && seen < MOST_PER_LOOK; seen++) {
                var entry = entries.next();
                next = Bytes.wrap(Arrays.copyOf(entry.key.get(), entry.key.get().length + 1));
                if (Kind.AGE.isOf(entry.key)) {
                    var key = AccountKeys.targetIn(entry.key);
                    targets.apply(key)
                            .filter(target -> !target.isFinal() && target.at() + silence.toMillis() <= now)
                            .ifPresent(target ->
                                    silent.put(target.commandId(), new Asked(key, target.platform(), target.at())));
                }
            }
            if (!entries.hasNext()) {
                next = Kind.AGE.prefix();
            }
        }
    }

    /** What was asked too late for this answer stays what it was: lost, or not yet looked for. */
    private void hear(Answer answer) {
        isAsking = false;
        asked.keySet().retainAll(answer.asked());
        asked.forEach((commandId, target) -> {
            if (!answer.missing().contains(commandId)) {
                lost.remove(commandId);
            } else if (isStill(target) && lost.put(commandId, target) == null) {
                LOGGER.atError()
                        .addKeyValue("commandId", commandId)
                        .addKeyValue(
                                "requestId",
                                target.key().substring(0, target.key().indexOf('\0')))
                        .log("target has not ended, and its command is nowhere");
            }
        });
        asked.clear();
    }

    private boolean isStill(Asked target) {
        return targets.apply(target.key())
                .filter(now -> !now.isFinal() && now.at() == target.at())
                .isPresent();
    }
}
