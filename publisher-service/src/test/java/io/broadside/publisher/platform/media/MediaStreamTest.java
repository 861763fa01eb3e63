package io.broadside.publisher.platform.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.media.MediaOpening.Opened;
import io.broadside.publisher.platform.media.MediaOpening.Refused;
import io.broadside.publisher.platform.media.MediaOpening.Unreachable;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.publisher.platform.media.SlicedUpload.Progress;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
final class MediaStreamTest {

    private static final int MIB = 1024 * 1024;
    private static final long SIZE = 3L * MIB + 5;
    private static final MediaLimits VIDEOS = new MediaLimits(Set.of(MediaKind.VIDEO), Set.of("video/mp4"), 1L << 40);

    private final Vertx vertx = Vertx.vertx();
    private final FileServer server = new FileServer(vertx, SIZE);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var each : opened) {
            each.close();
        }
        server.close();
        vertx.close().await();
    }

    @Test
    void readsAFileInPieces() {
        // Given
        var stream = opened(fetch(), 0);
        // When
        var pieces = List.of(stream.read(MIB), stream.read(2 * MIB), stream.read(MIB), stream.read(MIB));
        // Then
        assertThat(pieces)
                .extracting(Object::toString)
                .containsExactly(
                        "Bytes[1048576 bytes at 0]",
                        "Bytes[2097152 bytes at 1048576]",
                        "Bytes[5 bytes at 3145728, the last]",
                        "Bytes[0 bytes at 3145733, the last]");
        assertThat(pieces).allSatisfy(MediaStreamTest::isRight);
        assertThat(server.asked()).containsExactly("all");
        assertThat(stream.name()).isEqualTo("film.mp4");
    }

    @Test
    void opensAFileAtAByteAndStillKnowsWhatItIs() {
        // Given
        var stream = opened(fetch(), 2L * MIB);
        // When
        var piece = stream.read(MIB);
        // Then
        assertThat(stream.contentType()).isEqualTo("video/mp4");
        assertThat(stream.size()).isEqualTo(SIZE);
        assertThat(piece).hasToString("Bytes[1048576 bytes at 2097152]");
        isRight(piece);
        assertThat(server.asked()).containsExactly("bytes=0-4095", "bytes=2097152- if \"one\"");
    }

    @Test
    void readsPastWhatIsNotWantedWhereTheServerKnowsNoRanges() {
        // Given
        server.knowsNoRanges();
        // When
        var piece = opened(fetch(), 2L * MIB).read(MIB);
        // Then
        assertThat(piece).hasToString("Bytes[1048576 bytes at 2097152]");
        isRight(piece);
        assertThat(server.asked()).containsExactly("bytes=0-4095");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 4_095})
    void opensAFileWithinItsFirstBytes(long from) {
        isRight(opened(fetch(), from).read(10));
        server.knowsNoRanges();
        isRight(opened(fetch(), from).read(10));
    }

    @Test
    void goesOnWhereTheConnectionBroke() {
        // Given
        server.breaksAfter(1_500_000, 1, 900_000);
        var stream = opened(fetch(), 0);
        // When
        var pieces = List.of(stream.read(MIB), stream.read(MIB), stream.read(MIB), stream.read(MIB));
        // Then
        assertThat(pieces).allSatisfy(MediaStreamTest::isRight);
        assertThat(stream.position()).isEqualTo(SIZE);
        assertThat(server.asked()).hasSize(4).first().isEqualTo("all");
        assertThat(server.asked().subList(1, 4))
                .allSatisfy(range -> assertThat(range).matches("bytes=[0-9]+- if \"one\""));
    }

    @Test
    void goesOnThoughTheServerKnowsNeitherRangesNorTags() {
        // Given
        server.knowsNoRanges();
        server.hasNoTag();
        server.breaksAfter(2_500_000);
        var stream = opened(fetch(), 0);
        // Then
        IntStream.range(0, 4).forEach(_ -> isRight(stream.read(MIB)));
        assertThat(stream.position()).isEqualTo(SIZE);
    }

    @Test
    void givesUpAServerThatBreaksOffAgainAndAgain() {
        // Given
        server.breaksAfter(5_000, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        var stream = opened(fetch(), 0);
        // Then
        assertThat(stream.read(MIB)).isInstanceOf(MediaPiece.Broken.class);
        assertThat(stream.read(MIB)).isInstanceOf(MediaPiece.Broken.class);
        assertThat(stream.broken()).isPresent();
        assertThat(server.asked()).hasSize(6);
        assertThat(stream.position()).isZero();
    }

    @Test
    void neverMixesTwoFiles() {
        // Given
        server.breaksAfter(1_500_000);
        var stream = opened(fetch(), 0);
        stream.read(MIB);
        server.becomes(SIZE, "\"two\"");
        // Then
        assertThat(stream.read(MIB)).isEqualTo(new MediaPiece.Broken(MediaCauses.CHANGED));
    }

    @Test
    void refusesToGoOnWithAnotherFile() {
        // Given
        var fetch = fetch();
        var version = opened(fetch, 0).version();
        // Then
        assertThat(fetch.reopen(film(), VIDEOS, MIB, version)).isInstanceOf(Opened.class);
        server.becomes(SIZE, "\"two\"");
        assertThat(fetch.reopen(film(), VIDEOS, MIB, version)).isEqualTo(new Refused(MediaCauses.CHANGED));
        server.becomes(SIZE - 1, "\"one\"");
        assertThat(fetch.reopen(film(), VIDEOS, MIB, version)).isEqualTo(new Refused(MediaCauses.CHANGED));
        assertThat(fetch.open(film(), VIDEOS, SIZE)).isEqualTo(new Refused(MediaCauses.CHANGED));
    }

    @Test
    void takesNoMoreFromTheServerThanIsRead() {
        // Given: a file that is much larger than what two machines buffer
        var large = new FileServer(vertx, 1L << 30);
        opened.add(large);
        var stream = opened(fetch(), large, 0);
        // When
        isRight(stream.read(MIB));
        // Then: the server comes to a halt
        var before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(200)).until(() -> before.getAndSet(large.sent()) == large.sent());
        assertThat(large.sent()).isLessThan(32L * MIB);
    }

    @Test
    void lettingGoClosesTheConnection() {
        // Given
        var large = new FileServer(vertx, 1L << 30);
        opened.add(large);
        var stream = opened(fetch(), large, 0);
        stream.read(1_000);
        assertThat(large.open()).isEqualTo(1);
        // When
        stream.close();
        // Then
        await().atMost(Duration.ofMinutes(1)).until(() -> large.open() == 0);
        assertThatThrownBy(() -> stream.read(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sharesItsMemoryAndWaitsForItsTurn() throws Exception {
        // Given: room for two pieces of the largest kind, three readers
        var fetch = fetch(64 * MIB, Duration.ofSeconds(20));
        var large = new FileServer(vertx, 100L * MIB);
        opened.add(large);
        var streams = List.of(opened(fetch, large, 0), opened(fetch, large, 0), opened(fetch, large, 0));
        isRight(streams.get(0).read(MediaFetch.LARGEST_PIECE));
        isRight(streams.get(1).read(MediaFetch.LARGEST_PIECE));
        var third = new AtomicInteger();
        var reader = Thread.startVirtualThread(() -> {
            isRight(streams.get(2).read(MediaFetch.LARGEST_PIECE));
            third.set(1);
        });
        await().atMost(Duration.ofMinutes(1)).until(() -> reader.getState() == Thread.State.TIMED_WAITING);
        assertThat(third).hasValue(0);
        // When
        streams.get(0).close();
        // Then
        assertThat(reader.join(Duration.ofMinutes(1))).isTrue();
        assertThat(third).hasValue(1);
    }

    @Test
    void doesNotWaitForMemoryForEver() {
        // Given
        var fetch = fetch(32 * MIB, Duration.ofMillis(300));
        var large = new FileServer(vertx, 100L * MIB);
        opened.add(large);
        var first = opened(fetch, large, 0);
        var second = opened(fetch, 0);
        isRight(first.read(MediaFetch.LARGEST_PIECE));
        // Then
        assertThat(second.read(1)).isEqualTo(new MediaPiece.Broken(MediaCauses.BUSY));
    }

    @Test
    void opensOnlySoManyFilesAtOnceAndAnotherOneWhenOneIsClosed() {
        // Given
        var fetch = fetch(32 * MIB, Duration.ofMillis(500));
        var streams = IntStream.range(0, 128).mapToObj(_ -> opened(fetch, 0)).toList();
        // Then
        assertThat(fetch.open(film(), VIDEOS, 0)).isEqualTo(new Unreachable(MediaCauses.BUSY));
        streams.getFirst().close();
        assertThat(fetch.open(film(), VIDEOS, 0)).isInstanceOf(Opened.class);
    }

    @Test
    void leavesNothingBehindWhateverHappens() {
        // Given
        var fetch = fetch(32 * MIB, Duration.ofMillis(500));
        server.breaksAfter(100);
        // When: far more often than there is room for
        for (var i = 0; i < 300; i++) {
            if (fetch.open(film(), i % 2 == 0 ? VIDEOS : pictures(), i % 3) instanceof Opened(var stream)) {
                stream.read(MIB);
                stream.close();
                stream.close();
            }
        }
        // Then
        isRight(opened(fetch, 0).read(MediaFetch.LARGEST_PIECE));
    }

    @Test
    void checksWhereANameLeadsEachTimeItGoesOn() {
        // Given: a name that leads elsewhere by the time the connection breaks
        var lookups = new AtomicInteger();
        var fetch = new MediaFetch(
                vertx,
                config(64 * MIB, Duration.ofSeconds(5)),
                _ -> List.of(address(lookups.incrementAndGet() == 1 ? "127.0.0.1" : "127.0.0.2")),
                address -> address.getHostAddress().equals("127.0.0.1"));
        opened.add(fetch);
        server.breaksAfter(100_000);
        var medium = Media.newBuilder(film())
                .setUrl("http://rebind.example:" + server.port() + "/film.mp4")
                .build();
        var stream = ((Opened) fetch.open(medium, VIDEOS, 0)).stream();
        opened.addFirst(stream);
        // When
        var piece = stream.read(MIB);
        // Then
        assertThat(piece)
                .isInstanceOfSatisfying(
                        MediaPiece.Broken.class,
                        it -> assertThat(it.cause().detail()).contains("not on the public Internet"));
        assertThat(lookups).hasValue(2);
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void givesItsRestAsTheBodyOfOneRequest() {
        // Given
        var stream = opened(fetch(), MIB);
        var body = stream.rest("application/octet-stream", MIB);
        var whole = Buffer.buffer();
        // When
        for (var piece = body.pieces().next();
                piece.isPresent();
                piece = body.pieces().next()) {
            whole.appendBuffer(piece.get());
        }
        // Then
        assertThat(body.length()).isEqualTo(SIZE - MIB);
        assertThat(whole.length()).isEqualTo((int) SIZE - MIB);
        assertThat(FileServer.isPart(whole, MIB)).isTrue();
    }

    @Test
    void uploadsInPiecesUntilTheSliceIsOver() {
        // Given: a slice that a second piece does not fit into
        var time = new AtomicLong();
        var stream = opened(fetch(), 0);
        var offsets = new ArrayList<Long>();
        SlicedUpload.PieceSender sender = piece -> {
            offsets.add(piece.offset());
            time.addAndGet(TimeUnit.SECONDS.toNanos(11));
            return Optional.empty();
        };
        // When
        var first = SlicedUpload.run(stream, MIB, Slice.of(time::get, Duration.ofSeconds(20)), sender);
        var second = SlicedUpload.run(stream, MIB, Slice.of(time::get, Duration.ofSeconds(20)), sender);
        // Then
        assertThat(first).isEqualTo(new Progress.Paused(2L * MIB));
        assertThat(second).isEqualTo(new Progress.Done());
        assertThat(offsets).containsExactly(0L, (long) MIB, 2L * MIB, 3L * MIB);
    }

    @Test
    void sendsAtLeastOnePieceHoweverShortTheSlice() {
        var over = Slice.of(System::nanoTime, Duration.ZERO);
        assertThat(SlicedUpload.run(opened(fetch(), 0), MIB, over, _ -> Optional.empty()))
                .isEqualTo(new Progress.Paused(MIB));
    }

    @Test
    void losesNoProgressToTroubleThatPasses() {
        // Given
        var down = new Outcome.Unavailable(MediaCauses.BUSY);
        var slice = Slice.of(System::nanoTime, Duration.ofMinutes(1));
        var stream = opened(fetch(), 0);
        SlicedUpload.PieceSender sender = piece -> piece.offset() == 0 ? Optional.empty() : Optional.of(down);
        // Then
        assertThat(SlicedUpload.run(stream, MIB, slice, sender)).isEqualTo(new Progress.Paused(MIB));
        assertThat(SlicedUpload.run(stream, MIB, slice, sender)).isEqualTo(new Progress.Failed(down));
    }

    @Test
    void endsAnUploadThatIsRefused() {
        var refused = new Outcome.Rejected(MediaCauses.tooLarge(1));
        var slice = Slice.of(System::nanoTime, Duration.ofMinutes(1));
        assertThat(SlicedUpload.run(
                        opened(fetch(), 0),
                        MIB,
                        slice,
                        piece -> piece.offset() == 0 ? Optional.empty() : Optional.of(refused)))
                .isEqualTo(new Progress.Failed(refused));
    }

    @Test
    void refusesWhatIsTooLargeBeforeItIsRead() {
        var small = new MediaLimits(VIDEOS.kinds(), VIDEOS.contentTypes(), SIZE - 1);
        assertThat(fetch().open(film(), small, 0)).isInstanceOfSatisfying(Refused.class, it -> {
            assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE);
            assertThat(it.cause().detail()).contains(Long.toString(SIZE - 1));
        });
    }

    private static MediaLimits pictures() {
        return new MediaLimits(Set.of(MediaKind.IMAGE), Set.of("image/png"), 1 << 20);
    }

    private Media film() {
        return film(server);
    }

    private static Media film(FileServer from) {
        return Media.newBuilder().setUrl(from.url()).setKind(MediaKind.VIDEO).build();
    }

    private MediaStream opened(MediaFetch fetch, long from) {
        return opened(fetch, server, from);
    }

    private MediaStream opened(MediaFetch fetch, FileServer server, long from) {
        var opening = fetch.open(film(server), VIDEOS, from);
        assertThat(opening).isInstanceOf(Opened.class);
        var stream = ((Opened) opening).stream();
        opened.addFirst(stream);
        return stream;
    }

    private MediaFetch fetch() {
        return fetch(64 * MIB, Duration.ofSeconds(10));
    }

    private MediaFetch fetch(int memory, Duration timeout) {
        var fetch = new MediaFetch(vertx, config(memory, timeout));
        opened.add(fetch);
        return fetch;
    }

    private static MediaConfig config(int memory, Duration timeout) {
        return new MediaConfig(true, 1L << 40, memory, timeout, Duration.ofSeconds(20));
    }

    private static void isRight(MediaPiece piece) {
        assertThat(piece)
                .isInstanceOfSatisfying(
                        MediaPiece.Bytes.class,
                        it -> assertThat(FileServer.isPart(it.bytes(), it.offset()))
                                .isTrue());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
