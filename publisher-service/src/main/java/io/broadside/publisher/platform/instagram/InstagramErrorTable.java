package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.graph.ErrorTable.code;
import static io.broadside.publisher.platform.graph.ErrorTable.either;
import static io.broadside.publisher.platform.graph.Meaning.ACCOUNT_LIMIT;
import static io.broadside.publisher.platform.graph.Meaning.BAD_CONTENT;
import static io.broadside.publisher.platform.graph.Meaning.BAD_MEDIA;
import static io.broadside.publisher.platform.graph.Meaning.BLOCKED;
import static io.broadside.publisher.platform.graph.Meaning.FAULT;
import static io.broadside.publisher.platform.graph.Meaning.NOT_ALLOWED;

import io.broadside.publisher.platform.graph.ErrorTable;
import io.broadside.publisher.platform.graph.ErrorTable.Row;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.schemas.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What errors mean on Instagram, beyond what they mean on every platform of the Graph API. Most have a subcode of their own,
 * which comes with different codes at different steps, and alone as the status of a container: so the subcode decides.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
 */
final class InstagramErrorTable {

    /** A call that was refused like this may have published all the same. */
    static final int TAKEN_FOR_SPAM = 2207051;

    private static final List<Row> ROWS = List.of(
            code(-1, FAULT, "Instagram reports a fault of its own."),
            code(-2, FAULT, "Instagram reports a fault of its own."),
            either(2207001, FAULT, "Instagram reports a fault of its own."),
            either(
                    TAKEN_FOR_SPAM,
                    BLOCKED,
                    "Instagram blocks this as it would spam; the post waits, or is out already."),
            code(9, ACCOUNT_LIMIT, "The account's posts of the day are used up; the post waits."),
            either(2207042, ACCOUNT_LIMIT, "The account's posts of the day are used up; the post waits."),
            code(25, NOT_ALLOWED, "Instagram restricts the account; its owner finds why in the app."),
            either(2207050, NOT_ALLOWED, "Instagram restricts the account; its owner finds why in the app."),
            either(2207057, BAD_CONTENT, "The offset of the cover is not within the video; correct it."),
            either(2207023, BAD_CONTENT, "Instagram does not know this type of media; use JPEG images or MP4 videos."),
            either(2207028, BAD_CONTENT, "A carousel has 2 to 10 images and videos; change their number."),
            either(2207035, BAD_CONTENT, "Instagram refuses the product tags; correct them."),
            either(2207036, BAD_CONTENT, "Instagram refuses the product tags; correct them."),
            either(2207037, BAD_CONTENT, "Instagram refuses the product tags; correct them."),
            either(2207040, BAD_CONTENT, "There are too many tags; use at most 20 @ and 30 #."),
            either(2207018, BAD_CONTENT, "One of the collaborators cannot be invited; correct the names."),
            either(2207081, BAD_CONTENT, "The account may not publish trial reels; publish a plain one."),
            code(352, BAD_MEDIA, "Instagram cannot use this format of video; use MP4 with H.264 and AAC."),
            either(2207026, BAD_MEDIA, "Instagram cannot use this format of video; use MP4 with H.264 and AAC."),
            code(36000, BAD_MEDIA, "The image is too large; use one of at most 8 MB."),
            either(2207004, BAD_MEDIA, "The image is too large; use one of at most 8 MB."),
            code(36001, BAD_MEDIA, "Instagram takes images as JPEG only; use such a file."),
            either(2207005, BAD_MEDIA, "Instagram takes images as JPEG only; use such a file."),
            code(36003, BAD_MEDIA, "The image's sides must relate as 4:5 up to 1.91:1; cut it."),
            either(2207009, BAD_MEDIA, "The image's sides must relate as 4:5 up to 1.91:1; cut it."),
            code(36004, BAD_CONTENT, "The caption is too long; use at most 2200 characters."),
            either(2207010, BAD_CONTENT, "The caption is too long; use at most 2200 characters."));

    static final ErrorTable TABLE = new ErrorTable("Instagram", "the account", ROWS);

    private static final String NOT_FETCHED =
            "Instagram cannot fetch the file; its address must be public and open to Meta's crawler.";
    private static final String NOT_MADE = "Instagram failed to take the media, more than once; try again later.";
    private static final String NOT_PROCESSED = "Instagram cannot process the file; use another one.";
    private static final String NOT_THERE = "What Instagram had made of the media is not there; check the account.";
    private static final String NOT_READY = "Instagram is not done with the media; try again later.";

    /** A container whose status is an error without a code we know. */
    static final Remedy UNNAMED = new Remedy(Remedy.Kind.MAKE_AGAIN, 2, ErrorCode.MEDIA_UNAVAILABLE, NOT_PROCESSED);

    private static final Remedy FETCH = new Remedy(Remedy.Kind.MAKE_AGAIN, 3, ErrorCode.MEDIA_UNAVAILABLE, NOT_FETCHED);
    /** For faults of Instagram's own. */
    static final Remedy MAKE = new Remedy(Remedy.Kind.MAKE_AGAIN, 3, ErrorCode.SERVER_ERROR, NOT_MADE);

    private static final Remedy PROCESS =
            new Remedy(Remedy.Kind.MAKE_AGAIN, 2, ErrorCode.MEDIA_UNAVAILABLE, NOT_PROCESSED);
    /** For a container that is not to be seen. */
    static final Remedy LOOK = new Remedy(Remedy.Kind.ASK_AGAIN, 3, ErrorCode.NOT_FOUND, NOT_THERE);

    static final Remedy EXPIRED = new Remedy(
            Remedy.Kind.EXPIRED,
            7,
            ErrorCode.NOT_FOUND,
            "What Instagram had made of the media expired, a week long, before it could be published; send a new post.");

    private static final Map<Integer, Remedy> REMEDIES = Map.ofEntries(
            Map.entry(2207003, FETCH),
            Map.entry(2207052, FETCH),
            Map.entry(9004, FETCH),
            Map.entry(2207032, MAKE),
            Map.entry(2207053, MAKE),
            Map.entry(2207020, EXPIRED),
            Map.entry(2207006, new Remedy(Remedy.Kind.MAKE_AGAIN, 2, ErrorCode.NOT_FOUND, NOT_THERE)),
            Map.entry(2207008, LOOK),
            Map.entry(24, LOOK),
            Map.entry(2207077, PROCESS),
            Map.entry(2207082, PROCESS),
            Map.entry(2207085, PROCESS),
            Map.entry(2207027, new Remedy(Remedy.Kind.WAIT, 0, ErrorCode.UNEXPECTED_ANSWER, NOT_READY)),
            Map.entry(9007, new Remedy(Remedy.Kind.WAIT, 0, ErrorCode.UNEXPECTED_ANSWER, NOT_READY)));

    private InstagramErrorTable() {}

    /** What a container with this error needs; empty if the error is none of a container. */
    static Optional<Remedy> remedy(GraphError error) {
        return remedy(error.subcode()).or(() -> remedy(error.code()));
    }

    /** What a container with this number as its status needs. */
    static Optional<Remedy> remedy(int number) {
        return Optional.ofNullable(REMEDIES.get(number));
    }

    /** Whether an attempt ended with an error of its container, by the platform's code that its history has. */
    static boolean isOfContainer(String platformCode) {
        return Stream.of(platformCode.split("/", -1))
                .filter(part -> part.matches("-?[0-9]{1,9}"))
                .map(Integer::valueOf)
                .anyMatch(REMEDIES::containsKey);
    }
}
