package io.broadside.local;

import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.retry.account.AccountReport;
import io.broadside.simulator.post.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * @param lost posts without a last word, or that are PUBLISHED by their last word and not on the platform, or CANCELLED
 *     although nobody called them off
 * @param postedTwice posts that the platform has more than once
 * @param untrue posts of which the platform has one although the last word is FAILED or CANCELLED, or that have two last words
 * @param unconfirmed last words UNCONFIRMED, by platform
 * @param unconfirmedAndOut of these, those that the platform has
 * @param needlesslyUnconfirmed of these, those of accounts whose platform shows what was posted
 * @param account what the topics add up to
 * @param reconciled calls in doubt after a process was gone, by what was found
 * @param tokens what became of tokens while processes of token-service were killed
 */
record Reckoning(
        Chaos.Plan plan,
        int accepted,
        Map<ResultStatus, Long> byStatus,
        Map<String, Long> failures,
        List<String> lost,
        List<String> postedTwice,
        List<String> untrue,
        Map<String, Long> unconfirmed,
        long unconfirmedAndOut,
        List<String> needlesslyUnconfirmed,
        AccountReport account,
        Map<String, Long> reconciled,
        Mischief.Tally mischief,
        ChaosTokens.Tally tokens) {

    private static final int MOST_NAMED = 10;

    /** The line a dispatcher logs for each call in doubt that it took over. */
    private static final Pattern RECONCILED = Pattern.compile(" reconciled .*verdict=\"?([A-Z_]+)");

    /**
     * Judges a run.
     *
     * @param sent what was durable on the topic of requests, by request id
     * @param board what the results said
     * @param publications what the platforms have
     * @param reconciled see {@link #reconciled(List)}
     */
    static Reckoning of(
            Chaos.Plan plan,
            Map<String, ChaosPosts.Sent> sent,
            Board board,
            AccountReport account,
            List<Publication> publications,
            Map<String, Long> reconciled,
            Mischief.Tally mischief,
            ChaosTokens.Tally tokens) {
        var published = publications.stream().collect(Collectors.groupingBy(Publication::text, Collectors.counting()));
        var twice =
                board.withSeveralFinals().stream().map(Board.Place::requestId).collect(Collectors.toSet());
        var posts = sent.values().stream()
                .map(post -> new Judged(
                        post,
                        board.of(post.requestId(), 0).filter(PostResult::getIsFinal),
                        twice.contains(post.requestId()),
                        post.texts().stream()
                                .map(text -> published.getOrDefault(text, 0L))
                                .toList()))
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
                named(posts, Judged::isTwice),
                named(posts, Judged::isUntrue),
                posts.stream()
                        .filter(post -> post.isEnded(ResultStatus.UNCONFIRMED))
                        .collect(Collectors.groupingBy(
                                post -> post.sent().platform(), TreeMap::new, Collectors.counting())),
                posts.stream()
                        .filter(post -> post.isEnded(ResultStatus.UNCONFIRMED) && post.isOut())
                        .count(),
                named(
                        posts,
                        post -> post.isEnded(ResultStatus.UNCONFIRMED)
                                && post.sent().isReadable()),
                account,
                reconciled,
                mischief,
                tokens);
    }

    /** A post, what was said of it last, and how often the platform has each of its parts. */
    private record Judged(ChaosPosts.Sent sent, Optional<PostResult> last, boolean hasTwoLastWords, List<Long> copies) {

        boolean isLost() {
            return last.isEmpty()
                    || (isEnded(ResultStatus.PUBLISHED) && !isAsSaid())
                    || (isEnded(ResultStatus.CANCELLED) && !sent.isCancelled());
        }

        /** All of it is out, or at least the post itself, and the result says that the rest is missing. */
        private boolean isAsSaid() {
            var isMissing = copies.contains(0L);
            return !isMissing || (isOut() && last.flatMap(PostResult::getError).isPresent());
        }

        boolean isOut() {
            return copies.getFirst() > 0;
        }

        boolean isTwice() {
            return copies.stream().anyMatch(count -> count > 1);
        }

        boolean isUntrue() {
            var isDenied = isEnded(ResultStatus.FAILED) || isEnded(ResultStatus.CANCELLED);
            return hasTwoLastWords || (isDenied && isOut());
        }

        boolean isEnded(ResultStatus status) {
            return last.filter(result -> result.getStatus() == status).isPresent();
        }
    }

    private static List<String> named(List<Judged> posts, Predicate<Judged> which) {
        return posts.stream()
                .filter(which)
                .map(post -> post.sent().platform() + " " + post.sent().requestId())
                .sorted()
                .toList();
    }

    private static <K extends Comparable<K>> Map<K, Long> count(List<PostResult> results, Function<PostResult, K> by) {
        return results.stream().collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
    }

    /** How many calls in doubt the writers of these logs took over, by what they found. */
    static Map<String, Long> reconciled(List<Path> logs) {
        var verdicts = new TreeMap<String, Long>();
        for (var log : logs) {
            try (var lines = Files.lines(log)) {
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
        return lost.isEmpty()
                && postedTwice.isEmpty()
                && untrue.isEmpty()
                && failures.isEmpty()
                && needlesslyUnconfirmed.isEmpty()
                && account.holds()
                && tokens.isGood();
    }

    /** 0 if all is well and something was proven; see {@code broadside chaos --help}. */
    int exitCode() {
        if (!isGood()) {
            return 1;
        }
        var isWhole = accepted == plan.posts()
                && mischief.equals(Mischief.wanted(plan))
                && tokens.kills() == plan.tokenKills();
        var isProven = plan.kills() == 0 || !reconciled.isEmpty();
        // A rule was broken and nobody noticed: this run has shown that the check does not see it.
        return isWhole && isProven && !plan.isWeakened() ? 0 : 2;
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
        line.accept(
                "unconfirmed: " + (unconfirmed.isEmpty() ? "0" : unconfirmed + ", of which out: " + unconfirmedAndOut));
        line.accept("unconfirmed although the platform shows its posts: " + shown(needlesslyUnconfirmed));
        if (plan.tokenKills() > 0) {
            line.accept("killed while renewing tokens " + tokens.kills() + "; tokens given " + tokens.given()
                    + " = stored " + tokens.stored()
                    + " + lost with the process that asked, and a person asked at once "
                    + tokens.interrupted());
            line.accept("token chains broken by us: " + tokens.brokenByUs() + ", lost and nobody told: "
                    + tokens.unnoticed());
        }
        line.accept("");
        line.accept("The account, drawn up from the topics alone:");
        account.lines().forEach(line);
        line.accept("");
        line.accept(
                switch (exitCode()) {
                    case 0 -> "Nothing was lost and nothing was posted twice.";
                    case 2 ->
                        plan.isWeakened()
                                ? "A rule was broken on purpose, and this run did not notice."
                                : "Nothing was lost, but posts, kills or freezes are missing, or no call was in doubt: this run proves nothing.";
                    default -> "The promises were broken.";
                });
    }

    private static String shown(List<String> ids) {
        return ids.size()
                + (ids.isEmpty() ? "" : ": " + String.join(", ", ids.subList(0, Math.min(MOST_NAMED, ids.size()))))
                + (ids.size() > MOST_NAMED ? ", ..." : "");
    }
}
