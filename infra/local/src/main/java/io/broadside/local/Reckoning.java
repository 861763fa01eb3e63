package io.broadside.local;

import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.retry.account.AccountReport;
import io.broadside.simulator.post.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What chaos came to, counted at the platforms and in the results.
 *
 * @param accepted posts that were durable on the topic of requests
 * @param byStatus last words, by what they say
 * @param failures last words FAILED, by code
 * @param lost posts without a last word, or that are PUBLISHED by their last word and not on the platform
 * @param postedTwice posts that the platform has more than once
 * @param untrue posts of which the platform has one although the last word is FAILED or CANCELLED, or that have two last words
 * @param unconfirmedAndOut of the UNCONFIRMED, those that the platform has
 * @param account what the topics add up to
 * @param reconciled calls in doubt after a process was gone, by what was found
 */
record Reckoning(
        Chaos.Plan plan,
        int accepted,
        Map<ResultStatus, Long> byStatus,
        Map<String, Long> failures,
        List<String> lost,
        List<String> postedTwice,
        List<String> untrue,
        long unconfirmedAndOut,
        AccountReport account,
        Map<String, Long> reconciled,
        Mischief.Tally mischief) {

    private static final int MOST_NAMED = 10;

    /** The line a dispatcher logs for each call in doubt that it took over. */
    private static final Pattern RECONCILED = Pattern.compile(" reconciled .*verdict=\"?([A-Z_]+)");

    static Reckoning of(
            Chaos.Plan plan,
            Map<String, ChaosPosts.Sent> sent,
            Board board,
            AccountReport account,
            Cluster cluster,
            Mischief.Tally mischief) {
        var published = cluster.simulator().control().posts().stream()
                .collect(Collectors.groupingBy(Publication::text, Collectors.counting()));
        var twice =
                board.withSeveralFinals().stream().map(Board.Place::requestId).collect(Collectors.toSet());
        var posts = sent.values().stream()
                .map(post -> new Judged(
                        post.requestId(),
                        board.of(post.requestId(), 0).filter(PostResult::getIsFinal),
                        twice.contains(post.requestId()),
                        published.getOrDefault(post.text(), 0L)))
                .toList();
        var finals = posts.stream().flatMap(post -> post.last().stream()).toList();
        var failed = finals.stream()
                .filter(result -> result.getStatus() == ResultStatus.FAILED)
                .toList();
        return new Reckoning(
                plan,
                posts.size(),
                count(finals, PostResult::getStatus),
                count(
                        failed,
                        result -> result.getError().map(PostError::getCode).orElse("none")),
                named(posts, Judged::isLost),
                named(posts, post -> post.copies() > 1),
                named(posts, Judged::isUntrue),
                posts.stream()
                        .filter(post -> post.isEnded(ResultStatus.UNCONFIRMED) && post.copies() > 0)
                        .count(),
                account,
                reconciled(cluster),
                mischief);
    }

    /** A post, what was said of it last, and how often the platform has it. */
    private record Judged(String requestId, Optional<PostResult> last, boolean hasTwoLastWords, long copies) {

        boolean isLost() {
            return last.isEmpty() || (isEnded(ResultStatus.PUBLISHED) && copies == 0);
        }

        boolean isUntrue() {
            var isDenied = isEnded(ResultStatus.FAILED) || isEnded(ResultStatus.CANCELLED);
            return hasTwoLastWords || (isDenied && copies > 0);
        }

        boolean isEnded(ResultStatus status) {
            return last.filter(result -> result.getStatus() == status).isPresent();
        }
    }

    private static List<String> named(List<Judged> posts, Predicate<Judged> which) {
        return posts.stream().filter(which).map(Judged::requestId).sorted().toList();
    }

    private static <K extends Comparable<K>> Map<K, Long> count(List<PostResult> results, Function<PostResult, K> by) {
        return results.stream().collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
    }

    private static Map<String, Long> reconciled(Cluster cluster) {
        var verdicts = new TreeMap<String, Long>();
        for (var publisher : cluster.publishers()) {
            try (var lines = Files.lines(publisher.log())) {
                lines.map(RECONCILED::matcher)
                        .filter(Matcher::find)
                        .forEach(match -> verdicts.merge(match.group(1), 1L, Long::sum));
            } catch (IOException _) {
                // One that never ran has no log.
            }
        }
        return verdicts;
    }

    /** Nothing that goes wrong here is a reason for a post to fail for good. */
    boolean isGood() {
        return lost.isEmpty() && postedTwice.isEmpty() && untrue.isEmpty() && failures.isEmpty() && account.holds();
    }

    /** 0 if all is well and something was proven; see {@code broadside chaos --help}. */
    int exitCode() {
        if (!isGood()) {
            return 1;
        }
        var isWhole = accepted == plan.posts() && mischief.equals(Mischief.wanted(plan));
        return !isWhole || (plan.kills() > 0 && reconciled.isEmpty()) ? 2 : 0;
    }

    void tell(Consumer<String> line) {
        line.accept("");
        line.accept("accepted " + accepted + " = "
                + byStatus.entrySet().stream()
                        .map(entry -> entry.getKey().name().toLowerCase(Locale.ROOT) + " " + entry.getValue())
                        .collect(Collectors.joining(" + ")));
        line.accept("killed " + mischief.kills() + ", frozen " + mischief.freezes() + ", broker killed "
                + mischief.brokerKills() + "; calls in doubt after that, looked up: "
                + (reconciled.isEmpty() ? "0" : reconciled));
        line.accept("lost: " + shown(lost));
        line.accept("posted twice: " + shown(postedTwice));
        line.accept("result untrue: " + shown(untrue));
        line.accept("failed without need: " + (failures.isEmpty() ? "0" : failures));
        line.accept("unconfirmed: " + byStatus.getOrDefault(ResultStatus.UNCONFIRMED, 0L) + ", of which out: "
                + unconfirmedAndOut);
        line.accept("");
        line.accept("The account, drawn up from the topics alone:");
        account.lines().forEach(line);
        line.accept("");
        line.accept(
                switch (exitCode()) {
                    case 0 -> "Nothing was lost and nothing was posted twice.";
                    case 2 ->
                        "Nothing was lost, but posts, kills or freezes are missing, or no call was in doubt: this run proves nothing.";
                    default -> "The promises were broken.";
                });
    }

    private static String shown(List<String> ids) {
        return ids.size()
                + (ids.isEmpty() ? "" : ": " + String.join(", ", ids.subList(0, Math.min(MOST_NAMED, ids.size()))))
                + (ids.size() > MOST_NAMED ? ", ..." : "");
    }
}
