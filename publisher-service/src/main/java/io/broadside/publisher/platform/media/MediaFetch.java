package io.broadside.publisher.platform.media;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.media.GuardedGet.Got;
import io.broadside.publisher.platform.media.GuardedGet.Span;
import io.broadside.runtime.http.PublicAddresses;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Opens media files at addresses that strangers chose, for reading in pieces.
 *
 * <ol>
 *   <li>Only from where {@link GuardedGet} lets anybody fetch from.
 *   <li>Only what it was asked for: its type is known by its bytes, and its size before they are read.
 *   <li>Memory is bounded, whatever the files' sizes and however many are open. What finds no place in time is unreachable for
 *       now.
 *   <li>A file that was sent in part can be opened again at a later byte, and is refused if it is no longer the same.
 * </ol>
 *
 * <p>A server that does not know ranges is read from the start up to that byte. One that does not tell the size of a file
 * is good enough for a small one, which is then held in memory as a whole.
 *
 * <p>Safe for use by many threads. Blocks the calling thread; never to be called on a thread of Vert.x.
 */
public final class MediaFetch implements AutoCloseable {

    /** Longest piece. */
    public static final int LARGEST_PIECE = 16 * 1024 * 1024;

    /** What an open file may hold beside the piece that is read: chunks taken ahead, here and in the layers below. */
    private static final int PER_STREAM = 8 * Wire.CHUNK;

    private final MediaConfig config;
    private final GuardedGet http;
    private final MemoryBudget streams;
    private final MemoryBudget pieces;

    public MediaFetch(Vertx vertx, MediaConfig config) {
        this(
                vertx,
                config,
                AddressLookup.ofSystem(),
                address -> config.allowsPrivate() || PublicAddresses.contains(address));
    }

    /** @param isAllowed which addresses may be fetched from */
    MediaFetch(Vertx vertx, MediaConfig config, AddressLookup lookup, Predicate<InetAddress> isAllowed) {
        this.config = config;
        this.streams = new MemoryBudget(config.memory() / 2);
        this.pieces = new MemoryBudget(config.memory() - config.memory() / 2);
        this.http = new GuardedGet(vertx, lookup, isAllowed, config.timeout(), config.memory() / 2 / PER_STREAM);
    }

    /**
     * Opens a file.
     *
     * @param from the first byte that is wanted
     */
    public MediaOpening open(Media medium, MediaLimits limits, long from) {
        return open(medium, limits, from, Optional.empty());
    }

    /**
     * Opens a file again that was sent in part.
     *
     * @param version what {@link MediaStream#version} said then; if it is another file by now it is refused
     */
    public MediaOpening reopen(Media medium, MediaLimits limits, long from, String version) {
        return open(medium, limits, from, Optional.of(version));
    }

    /** The time an upload may take from now on, before its progress has to be made durable. */
    public Slice slice() {
        return Slice.of(System::nanoTime, config.slice());
    }

    @Override
    public void close() {
        http.close();
    }

    private MediaOpening open(Media medium, MediaLimits limits, long from, Optional<String> version) {
        var until = System.nanoTime() + config.timeout().toNanos();
        var isHandedOn = false;
        try {
            if (!streams.take(PER_STREAM, until)) {
                return new MediaOpening.Unreachable(MediaCauses.BUSY);
            }
            try {
                var opening = new Opening(medium, limits, from, version, until).run();
                isHandedOn = opening instanceof MediaOpening.Opened;
                return opening;
            } finally {
                if (!isHandedOn) {
                    streams.give(PER_STREAM);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new MediaOpening.Unreachable(MediaCauses.ENDING);
        }
    }

    /**
     * What a platform has found wrong with a content, and what of its media is said to be larger than any file taken here.
     *
     * @param kinds of the media that go through here
     */
    public List<Fault> faults(List<Fault> found, Content content, Set<MediaKind> kinds) {
        var faults = new ArrayList<>(found);
        tooLarge("content.media", content.getMedia(), kinds, faults);
        for (var i = 0; i < content.getThread().size(); i++) {
            tooLarge(
                    "content.thread[" + i + "].media",
                    content.getThread().get(i).getMedia(),
                    kinds,
                    faults);
        }
        return List.copyOf(faults);
    }

    private void tooLarge(String field, List<Media> media, Set<MediaKind> kinds, List<Fault> faults) {
        for (var i = 0; i < media.size(); i++) {
            var place = field + "[" + i + "].sizeBytes";
            Optional.of(media.get(i))
                    .filter(medium -> kinds.contains(medium.getKind()))
                    .flatMap(Media::getSizeBytes)
                    .filter(size -> size > config.maxBytes())
                    .filter(_ ->
                            faults.stream().noneMatch(fault -> fault.getField().equals(place)))
                    .ifPresent(size -> faults.add(Fault.newBuilder()
                            .setField(place)
                            .setRule("maxBytes")
                            .setLimit(Long.toString(config.maxBytes()))
                            .setActual(Long.toString(size))
                            .setMessage("This installation takes files of at most " + config.maxBytes()
                                    + " bytes; use a smaller file.")
                            .build()));
        }
    }

    /** The bytes of a file that was opened before, from one of them on. */
    Got wireAt(MediaFile file, long from, long until) throws InterruptedException {
        var got = http.get(file.url(), Span.from(from, file.head().mark()), until);
        if (!(got instanceof Got.Coming(var wire))) {
            return got;
        }
        var head = FileHead.of(wire.response());
        if (head.filter(file.head()::isOfTheSameFileAs).isEmpty() || head.get().offset() > from) {
            wire.close();
            return new Got.Refused(MediaCauses.CHANGED);
        }
        if (!wire.skip(from - head.get().offset(), until)) {
            wire.close();
            return new Got.Unreachable(MediaCauses.brokeOff(file.host()));
        }
        return got;
    }

    /** One file being opened. */
    private final class Opening {

        private final Media medium;
        private final MediaLimits limits;
        private final long from;
        private final Optional<String> version;
        private final long until;
        private final long most;

        Opening(Media medium, MediaLimits limits, long from, Optional<String> version, long until) {
            this.medium = medium;
            this.limits = limits;
            this.from = from;
            this.version = version;
            this.until = until;
            this.most = Math.min(limits.maxBytes(), config.maxBytes());
        }

        MediaOpening run() throws InterruptedException {
            var span = from == 0 ? Span.ALL : Span.first(MediaType.PROBE);
            return switch (http.get(medium.getUrl(), span, until)) {
                case Got.Refused(var cause) -> new MediaOpening.Refused(cause);
                case Got.Unreachable(var cause) -> new MediaOpening.Unreachable(cause);
                case Got.Coming(var wire) -> {
                    var opening = Optional.<MediaOpening>empty();
                    try {
                        opening = Optional.of(of(wire));
                        yield opening.get();
                    } finally {
                        if (!(opening.orElse(null) instanceof MediaOpening.Opened)) {
                            wire.close();
                        }
                    }
                }
            };
        }

        private MediaOpening of(Wire wire) throws InterruptedException {
            var head = FileHead.of(wire.response());
            if (head.isEmpty() || head.get().offset() != 0) {
                return refused(
                        "The host of the media file answers with a part of it that was not asked for; use another"
                                + " host.");
            }
            if (head.get().size().isEmpty()) {
                return from == 0 && most <= LARGEST_PIECE ? whole(wire, head.get()) : withoutSize();
            }
            var size = head.get().size().get();
            if (size > most) {
                return new MediaOpening.Refused(MediaCauses.tooLarge(most));
            }
            var start = new byte[(int) Math.min(MediaType.PROBE, size)];
            for (var filled = 0; filled < start.length; ) {
                var count = wire.read(start, filled, start.length - filled, until);
                if (count == 0) {
                    return new MediaOpening.Unreachable(
                            System.nanoTime() - until >= 0
                                    ? MediaCauses.tooSlow(host(), config.timeout())
                                    : MediaCauses.brokeOff(host()));
                }
                filled += count;
            }
            return recognised(Buffer.buffer(start), head.get(), file -> at(file, wire, start));
        }

        private MediaOpening recognised(Buffer start, FileHead head, Continuation then) throws InterruptedException {
            var type = MediaType.of(start, claimed());
            if (type.filter(limits::allow).isEmpty()) {
                var what = type.map(it -> "a " + it.label() + " file").orElse("of a kind that is not known here");
                return refused("The media file is " + what + "; use a " + limits.named() + " file.");
            }
            var file = new MediaFile(medium.getUrl(), type.get(), head);
            if (from > file.size()
                    || version.filter(expected -> !expected.equals(file.version()))
                            .isPresent()) {
                return new MediaOpening.Refused(MediaCauses.CHANGED);
            }
            return then.with(file);
        }

        /** The stream at the byte that is wanted. What was read to know the type is put back in front. */
        private MediaOpening at(MediaFile file, Wire wire, byte[] start) throws InterruptedException {
            if (from == 0 || wire.response().statusCode() == 200) {
                // From the start, or all of the file from a server that knows no ranges.
                return skipped(file, wire, start);
            }
            wire.close();
            return switch (wireAt(file, from, until)) {
                case Got.Coming(var next) -> opened(file, next);
                case Got.Refused(var cause) -> new MediaOpening.Refused(cause);
                case Got.Unreachable(var cause) -> new MediaOpening.Unreachable(cause);
            };
        }

        private MediaOpening skipped(MediaFile file, Wire wire, byte[] start) throws InterruptedException {
            if (from < start.length) {
                wire.putBack(Buffer.buffer(start).slice((int) from, start.length));
                return opened(file, wire);
            }
            return wire.skip(from - start.length, until)
                    ? opened(file, wire)
                    : new MediaOpening.Unreachable(MediaCauses.tooSlow(host(), config.timeout()));
        }

        private MediaOpening opened(MediaFile file, Wire wire) {
            return new MediaOpening.Opened(new MediaStream(
                    file, from, wire, MediaFetch.this, pieces, config.timeout(), () -> streams.give(PER_STREAM)));
        }

        /** A small file of unknown size, held as a whole: then its size is known. */
        private MediaOpening whole(Wire wire, FileHead head) throws InterruptedException {
            if (!pieces.take(most, until)) {
                return new MediaOpening.Unreachable(MediaCauses.BUSY);
            }
            var isHandedOn = false;
            try {
                var bytes = new byte[(int) most];
                var filled = 0;
                var count = wire.read(bytes, 0, bytes.length, until);
                while (count > 0) {
                    filled += count;
                    count = filled < bytes.length ? wire.read(bytes, filled, bytes.length - filled, until) : 0;
                }
                if (!wire.isAtEnd(until)) {
                    return System.nanoTime() - until >= 0
                            ? new MediaOpening.Unreachable(MediaCauses.tooSlow(host(), config.timeout()))
                            : wire.isBroken()
                                    ? new MediaOpening.Unreachable(MediaCauses.brokeOff(host()))
                                    : new MediaOpening.Refused(MediaCauses.tooLarge(most));
                }
                var here = Buffer.buffer(Arrays.copyOf(bytes, filled));
                var known = new FileHead(0, Optional.of((long) filled), head.mark());
                var opening = recognised(
                        here,
                        known,
                        file -> new MediaOpening.Opened(new MediaStream(
                                file, 0, Optional.empty(), here, MediaFetch.this, pieces, config.timeout(), () -> {
                                    pieces.give(most);
                                    streams.give(PER_STREAM);
                                })));
                isHandedOn = opening instanceof MediaOpening.Opened;
                return opening;
            } finally {
                wire.close();
                if (!isHandedOn) {
                    pieces.give(most);
                }
            }
        }

        private MediaOpening withoutSize() {
            return refused(
                    "The host of the media file, " + host() + ", does not say how large it is; use a host that does.");
        }

        /** What the file is called, by its sender or in its address. */
        private String claimed() {
            return medium.getContentType().orElseGet(() -> {
                var url = medium.getUrl();
                var end = url.indexOf('?');
                return end < 0 ? url : url.substring(0, end);
            });
        }

        private String host() {
            return MediaFile.hostOf(medium.getUrl());
        }

        private static MediaOpening refused(String detail) {
            return new MediaOpening.Refused(MediaCauses.of(detail));
        }
    }

    /** What is to be done with a file that was recognised. */
    @FunctionalInterface
    private interface Continuation {
        MediaOpening with(MediaFile file) throws InterruptedException;
    }
}
