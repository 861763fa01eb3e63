package io.broadside.token.connect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.broadside.events.Connection;
import io.broadside.runtime.tracing.Trace;
import io.broadside.token.platform.TokenPlatforms;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes a pasted token from a form of a page; the rules are those of the API. */
public final class PasteForm {

    private final PasteReader reader;
    private final Pasting pasting;

    public PasteForm(TokenPlatforms platforms, Pasting pasting) {
        // Whoever types it in sees at once whose token it is.
        this.reader = new PasteReader(platforms, true);
        this.pasting = pasting;
    }

    /**
     * What came of it.
     *
     * @param connection absent: nothing was connected
     * @param sentences what is wrong, for a person; nothing of the token is in them
     */
    public record Result(Optional<Connection> connection, List<String> sentences) {
        public Result {
            sentences = List.copyOf(sentences);
        }
    }

    /** Connects an account. Empty fields are as good as none. */
    public Result paste(Map<String, String> fields, Trace trace) {
        var json = JsonNodeFactory.instance.objectNode();
        fields.forEach((name, value) -> {
            if (!value.isBlank()) {
                json.put(name, value.strip());
            }
        });
        return switch (reader.read(json.toString())) {
            case PasteReader.Read.Unreadable(var message) -> new Result(Optional.empty(), List.of(message));
            case PasteReader.Read.Faulty(var faults) ->
                new Result(
                        Optional.empty(),
                        faults.stream()
                                .map(fault -> fault.field() + ": " + fault.message())
                                .toList());
            case PasteReader.Read.Good(var request) ->
                switch (pasting.paste(request, trace)) {
                    case Pasted.Connected(var connection) -> new Result(Optional.of(connection), List.of());
                    case Pasted.Refused(var _, var message, var _) -> new Result(Optional.empty(), List.of(message));
                    case Pasted.NotNow(var _, var message, var _) -> new Result(Optional.empty(), List.of(message));
                };
        };
    }
}
