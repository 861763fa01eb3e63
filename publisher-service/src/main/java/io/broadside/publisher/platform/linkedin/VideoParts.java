package io.broadside.publisher.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.media.MediaFetch;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How LinkedIn wants a video: its parts, the address of each, and what it said when it got one. For sealed eyes only: an address
 * admits whoever knows it.
 *
 * @param uploadToken given back at the end; may be empty
 * @param taken LinkedIn's names of the parts it has, in order
 */
record VideoParts(String uploadToken, List<Part> parts, List<String> taken) {

    /** A video of LinkedIn's largest size has 125. All of them must find room in one checkpoint. */
    private static final int MOST_PARTS = 200;

    private static final int LONGEST_ADDRESS = 2_048;

    private static final int LONGEST_NAME = 1_024;

    /** A part: from its first to its last byte, both included. */
    record Part(URI address, long first, long last) {

        int length() {
            return Math.toIntExact(last - first + 1);
        }
    }

    VideoParts {
        parts = List.copyOf(parts);
        taken = List.copyOf(taken);
    }

    /** From LinkedIn's instructions; empty if they do not cover the file in order, or lead to strangers. */
    static Optional<VideoParts> in(JsonNode value, long size, LinkedInConfig config) {
        var parts = new ArrayList<Part>();
        var next = 0L;
        for (var instruction : value.path("uploadInstructions")) {
            var address = AnswerJson.webAddress(instruction, "uploadUrl")
                    .filter(config::takesUploads)
                    .filter(it -> it.toString().length() <= LONGEST_ADDRESS);
            var first = instruction.path("firstByte").asLong(-1);
            var last = instruction.path("lastByte").asLong(-1);
            var isNext = first == next && last >= first && last - first < MediaFetch.LARGEST_PIECE;
            if (address.isEmpty() || !isNext || parts.size() >= MOST_PARTS) {
                return Optional.empty();
            }
            parts.add(new Part(address.get(), first, last));
            next = last + 1;
        }
        return next == size && size > 0
                ? Optional.of(new VideoParts(value.path("uploadToken").asText(""), parts, List.of()))
                : Optional.empty();
    }

    boolean areAllTaken() {
        return taken.size() == parts.size();
    }

    Part next() {
        return parts.get(taken.size());
    }

    VideoParts with(String name) {
        var more = new ArrayList<>(taken);
        more.add(name);
        return new VideoParts(uploadToken, parts, more);
    }

    /** What LinkedIn calls a part: its ETag, without the quotes that are not part of it. */
    static Optional<String> nameIn(Optional<String> etag) {
        return etag.map(String::strip)
                .map(text -> text.startsWith("W/") ? text.substring(2) : text)
                .map(text -> text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                        ? text.substring(1, text.length() - 1)
                        : text)
                .filter(text -> !text.isEmpty() && text.length() <= LONGEST_NAME);
    }

    String written() {
        var root = AnswerJson.newObject().put("uploadToken", uploadToken);
        var list = root.putArray("parts");
        parts.forEach(part -> list.addObject()
                .put("address", part.address().toString())
                .put("first", part.first())
                .put("last", part.last()));
        var names = root.putArray("taken");
        taken.forEach(names::add);
        return root.toString();
    }

    static Optional<VideoParts> read(String written) {
        return AnswerJson.objectIn(written).map(root -> {
            var parts = new ArrayList<Part>();
            for (var part : root.path("parts")) {
                parts.add(new Part(
                        URI.create(part.path("address").asText()),
                        part.path("first").asLong(),
                        part.path("last").asLong()));
            }
            var taken = new ArrayList<String>();
            root.path("taken").forEach(name -> taken.add(name.asText()));
            return new VideoParts(root.path("uploadToken").asText(), parts, taken);
        });
    }

    /** Without addresses and names. */
    @Override
    public String toString() {
        return "VideoParts[" + taken.size() + " of " + parts.size() + "]";
    }
}
