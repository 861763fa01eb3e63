package io.broadside.publisher.platform.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.FakeServer;
import io.broadside.publisher.platform.media.MediaOpening.Opened;
import io.broadside.publisher.platform.media.MediaOpening.Refused;
import io.broadside.publisher.platform.media.MediaOpening.Unreachable;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.runtime.http.PublicAddresses;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaFetchTest {

    private static final int LIMIT = 1_000;
    private static final MediaLimits IMAGES = new MediaLimits(
            Set.of(MediaKind.IMAGE), Set.of("image/jpeg", "image/png", "image/gif", "image/webp"), LIMIT);
    private static final Buffer PNG = Buffer.buffer("\u0089PNG\r\n\u001a\nrest".getBytes(ISO_8859_1));

    private final Vertx vertx = Vertx.vertx();
    private final FakeServer server = new FakeServer(vertx);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var fetch : opened) {
            fetch.close();
        }
        server.close();
        vertx.close().await();
    }

    @Test
    void opensAFileByItsBytesWhateverItsServerCallsIt() {
        // Given
        server.answers(200, PNG, Map.of("content-type", "text/html"));
        // When
        var opening = open(local(), server.uri() + "/pictures/a.html?b=c");
        // Then
        assertThat(opening).isInstanceOfSatisfying(Opened.class, it -> {
            assertThat(it.stream().contentType()).isEqualTo("image/png");
            assertThat(it.stream().size()).isEqualTo(PNG.length());
            assertThat(it.stream().name()).isEqualTo("a.png");
            assertThat(it.stream().read(LIMIT)).isEqualTo(new MediaPiece.Bytes(PNG, 0, true));
        });
        assertThat(server.last().path()).isEqualTo("/pictures/a.html");
        assertThat(server.last().query()).isEqualTo(Map.of("b", "c"));
        assertThat(server.last().headers()).containsEntry("accept-encoding", "identity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "RIFF1234WAVE", "GIF", "%PDF-1.7", "\u00ff\u00d8"})
    void refusesWhatIsNoImage(String bytes) {
        server.answers(200, Buffer.buffer(bytes.getBytes(ISO_8859_1)), Map.of("content-type", "image/png"));
        assertThat(open(local(), server.uri() + "/a"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        it -> assertThat(it.cause().detail()).contains("use a JPEG, PNG, GIF or WebP file"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a.png",
                "/a.png",
                "file:///etc/passwd",
                "ftp://example.org/a",
                "gopher://example.org",
                "http://",
                "http:///a",
                "http://user@example.org/a",
                "http://user:secret@example.org/a",
                "http://exa mple.org/",
                "jar:http://example.org!/a",
                "http://example.org:99999/",
                "javascript:alert(1)",
                "http:example.org"
            })
    void refusesAddressesOfOtherKinds(String url) {
        var result = open(local(), url);
        assertThat(result).isInstanceOf(Refused.class);
        assertThat(result.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1",
                "2130706433",
                "0x7f.1",
                "0x7f000001",
                "0177.0.0.1",
                "017700000001",
                "localhost",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[0:0:0:0:0:0:0:1]",
                "[::127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "0.0.0.0",
                "0",
                "[::]",
                "169.254.169.254",
                "10.0.0.1",
                "192.168.0.1",
                "172.16.0.1",
                "100.64.0.1",
                "[fe80::1]",
                "[fd00::1]",
                "[2002:7f00:1::]",
                "224.0.0.1",
                "localhost."
            })
    void neverReachesIntoANetworkInWhateverFormItIsWritten(String host) {
        // Given
        server.answers(200, PNG, Map.of());
        // When
        var result = open(strict(), "http://" + host + ":" + server.port() + "/");
        // Then
        assertThat(result).isNotInstanceOf(Opened.class);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void refusesAHostWithOnePrivateAddressAmongOthers() {
        // Given
        var fetch = withLookup(false, _ -> List.of(address("93.184.216.34"), address("127.0.0.1")));
        // Then
        assertThat(open(fetch, "http://example.org:" + server.port() + "/")).isInstanceOf(Refused.class);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void checksWhereARedirectLeads() {
        // Given
        var lookups = new ArrayList<String>();
        var fetch = withLookup(true, host -> {
            lookups.add(host);
            return List.of(address("127.0.0.1"));
        });
        server.answers(302, "", Map.of("location", "http://two.example:" + server.port() + "/b"))
                .answers(307, "", Map.of("location", "/c?d"))
                .answers(200, PNG, Map.of());
        // When
        var result = open(fetch, "http://one.example:" + server.port() + "/a");
        // Then
        assertThat(result).isInstanceOf(Opened.class);
        assertThat(lookups).containsExactly("one.example", "two.example", "two.example");
        assertThat(server.asked()).extracting(FakeServer.Asked::path).containsExactly("/a", "/b", "/c");
        assertThat(server.asked().get(1).headers()).containsEntry("host", "two.example:" + server.port());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/",
                "http://[::1]/",
                "http://169.254.169.254/latest/meta-data/",
                "file:///etc/passwd",
                "http://user:pw@example.org/",
                "http://inside.example/",
                "gopher://x/"
            })
    void refusesARedirectIntoANetwork(String location) {
        // Given: the first host is taken for public, everything else for what it is.
        var fetch = new MediaFetch(
                vertx,
                new MediaConfig(false, 1 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofSeconds(20)),
                host -> List.of(host.equals("inside.example") ? address("10.1.2.3") : InetAddress.getByName(host)),
                address -> address.isLoopbackAddress() && isFirst());
        opened.add(fetch);
        server.answers(301, "", Map.of("location", location));
        // When
        var result = open(fetch, "http://127.0.0.1:" + server.port() + "/");
        // Then
        assertThat(result).isInstanceOf(Refused.class);
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void connectsToTheAddressThatWasCheckedThoughTheNameLeadsElsewhereByThen() {
        // Given: a name server that would give another answer the second time
        var answers = new ArrayList<>(List.of(address("127.0.0.1"), address("10.9.9.9")));
        var fetch = withLookup(true, _ -> List.of(answers.removeFirst()));
        server.answers(200, PNG, Map.of());
        // When
        var result = open(fetch, "http://rebind.example:" + server.port() + "/");
        // Then
        assertThat(result).isInstanceOf(Opened.class);
        assertThat(answers).hasSize(1);
        assertThat(server.last().headers()).containsEntry("host", "rebind.example:" + server.port());
    }

    @Test
    void followsThreeRedirectsAndNoMore() {
        // Given
        for (var i = 0; i < 4; i++) {
            server.answers(302, "", Map.of("location", "/again"));
        }
        // Then
        assertThat(open(local(), server.uri() + "/")).isInstanceOf(Refused.class);
        assertThat(server.asked()).hasSize(4);
    }

    @Test
    void stopsAtTheLimitOfSize() {
        // Given
        var exact = PNG.copy().appendBytes(new byte[LIMIT - PNG.length()]);
        var long1 = exact.copy().appendByte((byte) 0);
        server.answers(200, exact, Map.of())
                .answers(200, long1, Map.of())
                .answers(200, long1, Map.of("transfer-encoding", "chunked"));
        // Then
        assertThat(open(local(), server.uri() + "/")).isInstanceOf(Opened.class);
        assertThat(open(local(), server.uri() + "/")).isInstanceOf(Refused.class);
        assertThat(open(local(), server.uri() + "/")).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "404, false",
        "403, false",
        "410, false",
        "204, false",
        "304, false",
        "408, true",
        "429, true",
        "500, true",
        "503, true"
    })
    void tellsWhatTimeMendsFromWhatItDoesNot(int status, boolean isPassing) {
        server.answers(status, "");
        assertThat(open(local(), server.uri() + "/")).isInstanceOf(isPassing ? Unreachable.class : Refused.class);
    }

    @Test
    void givesUpInTime() {
        // Given
        server.neverAnswers();
        var fetch = new MediaFetch(
                vertx, new MediaConfig(true, LIMIT, 64 << 20, Duration.ofMillis(100), Duration.ofSeconds(20)));
        opened.add(fetch);
        // Then
        assertThat(open(fetch, server.uri() + "/")).isInstanceOfSatisfying(Unreachable.class, it -> {
            assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE);
            assertThat(it.cause().detail()).contains("100 ms");
        });
    }

    @Test
    void cannotReachWhatIsNotThere() {
        // Given
        server.cutsTheConnection();
        var nowhere = withLookup(true, host -> {
            throw new UnknownHostException(host);
        });
        // Then
        assertThat(open(local(), server.uri() + "/")).isInstanceOf(Unreachable.class);
        assertThat(open(nowhere, "http://no.example/")).isInstanceOf(Unreachable.class);
    }

    private MediaOpening open(MediaFetch fetch, String url) {
        var medium = Media.newBuilder().setUrl(url).setKind(MediaKind.IMAGE).build();
        var opening = fetch.open(medium, IMAGES, 0);
        if (opening instanceof Opened(var stream)) {
            opened.addFirst(stream);
        }
        return opening;
    }

    private int checks;

    private boolean isFirst() {
        return checks++ == 0;
    }

    private MediaFetch local() {
        return withLookup(true, AddressLookup.ofSystem());
    }

    private MediaFetch strict() {
        return withLookup(false, AddressLookup.ofSystem());
    }

    private MediaFetch withLookup(boolean allowsPrivate, AddressLookup lookup) {
        var fetch = new MediaFetch(
                vertx,
                new MediaConfig(allowsPrivate, 1 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofSeconds(20)),
                lookup,
                address -> allowsPrivate || PublicAddresses.contains(address));
        opened.add(fetch);
        return fetch;
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
