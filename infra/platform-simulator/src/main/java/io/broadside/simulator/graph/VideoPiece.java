package io.broadside.simulator.graph;

import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import java.util.Optional;

/**
 * What is sent to the host of uploads: bytes from an offset on, or the address of a file.
 *
 * <p>https://developers.facebook.com/docs/video-api/guides/reels-publishing
 *
 * @param fileUrl present: there are no bytes in the call
 * @param fileSize of the whole file
 */
public record VideoPiece(Optional<String> fileUrl, long offset, long fileSize, Medium bytes) {
    /** Reads the headers, and refuses what does not go on where the upload is. */
    public static VideoPiece of(Request request, Fingerprint received) {
        var fileUrl = request.header("file_url");
        if (fileUrl.isPresent()) {
            return new VideoPiece(fileUrl, 0, 0, Medium.EMPTY);
        }
        var piece = new VideoPiece(fileUrl, number(request, "offset"), number(request, "file_size"), request.medium());
        if (piece.offset != received.length()) {
            throw refused("OffsetInvalidError", "offset " + received.length() + " expected, was " + piece.offset);
        }
        if (piece.end() > piece.fileSize) {
            throw refused("FileSizeError", "more bytes than file_size says");
        }
        return piece;
    }

    public boolean isLast() {
        return end() == fileSize;
    }

    private long end() {
        return offset + bytes.length();
    }

    /** The shape of this host, which is not the one of the Graph API. */
    public static Refusal refused(String type, String message) {
        var body = Json.object();
        body.putObject("debug_info").put("retriable", false).put("type", type).put("message", message);
        return new Refusal(Reply.json(400, body));
    }

    public static Reply taken() {
        return Reply.json(200, Json.object().put("success", true).put("message", "Upload successful."));
    }

    private static long number(Request request, String header) {
        var value = request.header(header).orElse("");
        if (!value.matches("[0-9]{1,15}")) {
            throw refused("HeaderError", "the header " + header + " is needed");
        }
        return Long.parseLong(value);
    }
}
