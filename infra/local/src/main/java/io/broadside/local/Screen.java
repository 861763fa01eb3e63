package io.broadside.local;

import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Shows results to a person: on a terminal as a table that keeps itself up to date, elsewhere as a line for every change. For
 * one thread.
 */
final class Screen {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final String FORMAT = "  %-26s %-10s %-11s %7s  %s";

    private final PrintWriter out;
    private final boolean isLive;
    private final Clock clock;
    private final Map<String, String> names = new HashMap<>();
    private int tableLines;

    /** @param isLive whether lines that were printed can be taken back: on a terminal */
    Screen(PrintWriter out, boolean isLive, Clock clock) {
        this.out = out;
        this.isLive = isLive;
        this.clock = clock;
    }

    /** Whether standard output goes to a terminal. */
    static boolean isTerminal() {
        var console = Optional.ofNullable(System.console());
        return console.map(Console::isTerminal).orElse(false);
    }

    /** Says how an account is to be called. */
    void name(String connectionId, String name) {
        names.put(connectionId, name);
    }

    /** Prints a line of the story. */
    void say(String line) {
        takeTableBack();
        out.println(line);
        out.flush();
    }

    /** Shows a change: as a line where the table cannot be kept up to date. */
    void change(PostResult result) {
        if (!isLive) {
            out.println(TIME.format(clock.instant()) + row(result));
            out.flush();
        }
    }

    /** Shows where everything stands, if this is a terminal. */
    void refresh(Collection<PostResult> rows) {
        if (isLive) {
            takeTableBack();
            table(rows);
            tableLines = rows.size() + 1;
        }
    }

    /** Prints the table to stay. */
    void conclude(Collection<PostResult> rows) {
        takeTableBack();
        table(rows);
    }

    private void table(Collection<PostResult> rows) {
        out.println(String.format(Locale.ROOT, FORMAT, "TARGET", "PLATFORM", "STATUS", "ATTEMPT", ""));
        rows.forEach(result -> out.println(row(result)));
        out.flush();
    }

    private String row(PostResult result) {
        var target = result.getRequestId()
                + result.getConnectionId()
                        .map(id -> " " + names.getOrDefault(id, ""))
                        .orElse("");
        var line = String.format(
                Locale.ROOT,
                FORMAT,
                target.length() > 26 ? target.substring(0, 26) : target,
                result.getPlatform().orElse("-"),
                result.getStatus(),
                result.getAttempt() == 0 ? "" : Integer.toString(result.getAttempt()),
                Board.note(result, clock.instant()));
        return isLive ? colour(result.getStatus()) + line + "\u001b[0m" : line;
    }

    private static String colour(ResultStatus status) {
        return switch (status) {
            case PUBLISHED -> "\u001b[32m";
            case FAILED, UNCONFIRMED -> "\u001b[31m";
            case WAITING, SCHEDULED -> "\u001b[33m";
            case ACCEPTED, PUBLISHING, CANCELLED, UNKNOWN -> "\u001b[0m";
        };
    }

    private void takeTableBack() {
        if (tableLines > 0) {
            out.print(String.format(Locale.ROOT, "\u001b[%dA\u001b[J", tableLines));
            tableLines = 0;
        }
    }
}
