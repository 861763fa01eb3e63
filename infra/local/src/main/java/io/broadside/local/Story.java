package io.broadside.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happened to a post as sentences for a person, from what the posts API tells. */
final class Story {

    private static final DateTimeFormatter TO_THE_MILLISECOND =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final DateTimeFormatter TO_THE_SECOND = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter WITH_DATE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final Clock clock;

    /** @param clock of the person who reads it, in their time zone */
    Story(Clock clock) {
        this.clock = clock;
    }

    /** The whole of it, a line each. */
    List<String> of(JsonNode post) {
        var lines = new ArrayList<String>();
        lines.add(text(post, "requestId") + ": " + summary(post));
        post.path("timeline").forEach(entry -> lines.add("  " + line(entry, post)));
        for (var target : post.path("targets")) {
            lines.add("");
            lines.add(name(target) + ": " + standing(target));
            target.path("timeline").forEach(entry -> lines.add("  " + line(entry, target)));
        }
        if (post.path("isCutShort").asBoolean()) {
            lines.add("");
            lines.add("More happened than is shown here.");
        }
        return lines;
    }

    private String summary(JsonNode post) {
        var received =
                post.has("receivedAt") ? "received " + moment(text(post, "receivedAt")) : "received some time ago";
        var due = post.has("publishAt") ? ", to go out " + moment(text(post, "publishAt")) : "";
        return received
                + due
                + switch (text(post, "state")) {
                    case "RECEIVED" -> "; not taken in yet.";
                    case "IN_PROGRESS" -> "; not every target is through yet.";
                    case "FINAL" ->
                        post.has("error") ? "; refused: " + reason(post) : "; every target has had its last word.";
                    default -> ".";
                };
    }

    private static String name(JsonNode target) {
        var profile = text(target, "profileId");
        var platform = text(target, "platform");
        var who = profile.isEmpty() ? text(target, "connectionId") : profile;
        return platform.isEmpty() ? who : who + " on " + platform;
    }

    private String standing(JsonNode target) {
        return switch (text(target, "status")) {
            case "" -> "not taken in yet.";
            case "PUBLISHED" ->
                "published" + (target.has("url") ? ", see " + text(target, "url") : "") + "." + missing(target);
            case "WAITING", "SCHEDULED" -> "waiting" + until(target) + ".";
            case "FAILED" -> "failed. " + reason(target);
            case "UNCONFIRMED" -> "not known whether it is out. " + reason(target);
            case "CANCELLED" -> "cancelled.";
            case "PUBLISHING" -> "being published.";
            case "ACCEPTED" -> "accepted.";
            default -> text(target, "status") + ".";
        };
    }

    private static String missing(JsonNode target) {
        return target.has("error") ? " " + reason(target) : "";
    }

    private String line(JsonNode entry, JsonNode context) {
        var at = time(text(entry, "at")) + "  ";
        return entry.has("call") ? at + call(entry.path("call")) : at + result(entry.path("result"), context);
    }

    private String result(JsonNode result, JsonNode context) {
        return switch (text(result, "status")) {
            case "ACCEPTED" -> "Accepted.";
            case "SCHEDULED" -> "Waiting" + until(result) + ", its scheduled time.";
            case "WAITING" -> waiting(result);
            case "PUBLISHING" -> "Attempt " + result.path("attempt").asInt() + " begins.";
            case "PUBLISHED" -> "Published as " + text(result, "remoteId") + "." + missing(result);
            case "FAILED" -> "Failed for good. " + reason(result) + owner(result);
            case "UNCONFIRMED" -> "Given up: whether it is out cannot be told. " + reason(result) + owner(result);
            case "CANCELLED" -> "Cancelled.";
            default -> text(result, "status") + " (" + text(context, "platform") + ").";
        };
    }

    private String waiting(JsonNode result) {
        var until = until(result);
        return switch (text(result, "waitingFor")) {
            // That sentence has the time and the reason.
            case "BUDGET" -> "Waiting for room in the budget of calls. " + reason(result);
            case "RATE_LIMITED" ->
                "Waiting" + until + " because the platform's rate limit is reached" + because(result);
            case "UNAVAILABLE" -> "Waiting" + until + " to try again" + because(result);
            case "UNCONFIRMED" -> "Looking" + until + " whether it is out" + because(result);
            case "PROCESSING" -> "Waiting" + until + " for the platform, which is processing it.";
            case "TOKEN" -> "Waiting" + until + " for a fresh token" + because(result);
            case "PERSON" -> "Waiting for somebody to reconnect the account" + because(result);
            case "ORDER" -> "Waiting for an earlier post of the account, as it is to go out in order" + because(result);
            case "REDRIVEN" ->
                "Taken out of the dead letters; goes on" + until.replaceFirst("until", "at") + because(result);
            case "BREAKER_OPEN" -> "Waiting" + until + " because calls to the platform are held back" + because(result);
            default -> "Waiting" + until + because(result);
        };
    }

    private String call(JsonNode call) {
        var sentence = new StringBuilder("Called ")
                .append(text(call, "endpoint"))
                .append(" of ")
                .append(text(call, "host"))
                .append(": ");
        if (call.has("status")) {
            sentence.append("answered ").append(call.path("status").asInt());
        } else {
            sentence.append("no answer (").append(text(call, "failure")).append(')');
        }
        if (call.has("platformCode")) {
            sentence.append(", its code ").append(text(call, "platformCode"));
        }
        sentence.append(", after ").append(call.path("durationMs").asLong()).append(" ms");
        if (call.has("tokenVersion")) {
            sentence.append(", with version ")
                    .append(call.path("tokenVersion").asLong())
                    .append(" of the token");
        }
        return sentence.append('.').toString();
    }

    private String until(JsonNode node) {
        return node.has("waitingUntil") ? " until " + moment(text(node, "waitingUntil")) : "";
    }

    private static String because(JsonNode result) {
        return result.has("error") ? ": " + reason(result) : ".";
    }

    private static String reason(JsonNode node) {
        var error = node.path("error");
        var codes = text(error, "platformCode").isEmpty()
                ? text(error, "code")
                : text(error, "code") + ", the platform's " + text(error, "platformCode");
        return text(error, "message") + " (" + codes + ")";
    }

    private static String owner(JsonNode result) {
        return switch (text(result.path("error"), "owner")) {
            case "SENDER" -> " The sender can mend it.";
            case "ACCOUNT_OWNER" -> " The owner of the account can mend it.";
            case "OPERATOR" -> " The operator can mend it.";
            case "PLATFORM" -> " Only the platform can mend it.";
            default -> "";
        };
    }

    /** With its date where that is not today. */
    private String moment(String instant) {
        try {
            var time = Instant.parse(instant).atZone(clock.getZone());
            var isToday = time.toLocalDate().equals(LocalDate.now(clock));
            return (isToday ? TO_THE_SECOND : WITH_DATE).format(time);
        } catch (DateTimeException _) {
            return instant;
        }
    }

    private String time(String instant) {
        try {
            return TO_THE_MILLISECOND.format(Instant.parse(instant).atZone(clock.getZone()));
        } catch (DateTimeException _) {
            return instant;
        }
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asText();
    }
}
