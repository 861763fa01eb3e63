package io.broadside.publisher.platform.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.platform.FakeServer;
import io.broadside.publisher.platform.media.MediaResult.Fetched;
import io.broadside.publisher.platform.media.MediaResult.Refused;
import io.broadside.publisher.platform.media.MediaResult.Unreachable;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaFetchTest {

    private static final int LIMIT = 1_000;
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

    @ParameterizedTest
    @CsvSource({
        "'\u00ff\u00d8\u00ff\u00e0', image/jpeg",
        "'\u0089PNG\r\n\u001a\n', image/png",
        "GIF87a, image/gif",
        "GIF89a, image/gif",
        "RIFF1234WEBPVP8, image/webp",
    })
    void tellsAnImageByItsBytes(String start, String contentType) {
        // Given
        server.answers(200, Buffer.buffer((start + "more").getBytes(ISO_8859_1)), Map.of("content-type", "text/html"));
        // When
        var result = local().fetch(server.uri() + "/a?b=c", LIMIT);
        // Then
        assertThat(result).isInstanceOfSatisfying(Fetched.class, file -> {
            assertThat(file.contentType()).isEqualTo(contentType);
            assertThat(file.bytes().toString(ISO_8859_1)).isEqualTo(start + "more");
        });
        assertThat(server.last().path()).isEqualTo("/a");
        assertThat(server.last().query()).isEqualTo(Map.of("b", "c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "RIFF1234WAVE", "GIF", "%PDF-1.7", "\u00ff\u00d8"})
    void refusesWhatIsNoImage(String bytes) {
        server.answers(200, Buffer.buffer(bytes.getBytes(ISO_8859_1)), Map.of("content-type", "image/png"));
        assertThat(local().fetch(server.uri() + "/a", LIMIT)).isInstanceOf(Refused.class);
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
        var result = local().fetch(url, LIMIT);
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
        var result = strict().fetch("http://" + host + ":" + server.port() + "/", LIMIT);
        // Then
        assertThat(result).isNotInstanceOf(Fetched.class);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void refusesAHostWithOnePrivateAddressAmongOthers() {
        // Given
        var fetch = withLookup(false, _ -> List.of(address("93.184.216.34"), address("127.0.0.1")));
        // Then
        assertThat(fetch.fetch("http://example.org:" + server.port() + "/", LIMIT))
                .isInstanceOf(Refused.class);
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
        var result = fetch.fetch("http://one.example:" + server.port() + "/a", LIMIT);
        // Then
        assertThat(result).isInstanceOf(Fetched.class);
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
                new MediaConfig(false, 1 << 20, Duration.ofSeconds(2)),
                host -> List.of(host.equals("inside.example") ? address("10.1.2.3") : InetAddress.getByName(host)),
                address -> address.isLoopbackAddress() && isFirst());
        opened.add(fetch);
        server.answers(301, "", Map.of("location", location));
        // When
        var result = fetch.fetch("http://127.0.0.1:" + server.port() + "/", LIMIT);
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
        var result = fetch.fetch("http://rebind.example:" + server.port() + "/", LIMIT);
        // Then
        assertThat(result).isInstanceOf(Fetched.class);
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
        assertThat(local().fetch(server.uri() + "/", LIMIT)).isInstanceOf(Refused.class);
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
        assertThat(local().fetch(server.uri() + "/", LIMIT)).isInstanceOf(Fetched.class);
        assertThat(local().fetch(server.uri() + "/", LIMIT)).isInstanceOf(Refused.class);
        assertThat(local().fetch(server.uri() + "/", LIMIT)).isInstanceOf(Refused.class);
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
        assertThat(local().fetch(server.uri() + "/", LIMIT))
                .isInstanceOf(isPassing ? Unreachable.class : Refused.class);
    }

    @Test
    void givesUpInTime() {
        // Given
        server.neverAnswers();
        var fetch = new MediaFetch(vertx, new MediaConfig(true, LIMIT, Duration.ofMillis(100)));
        opened.add(fetch);
        // Then
        assertThat(fetch.fetch(server.uri() + "/", LIMIT)).isInstanceOfSatisfying(Unreachable.class, it -> {
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
        assertThat(local().fetch(server.uri() + "/", LIMIT)).isInstanceOf(Unreachable.class);
        assertThat(nowhere.fetch("http://no.example/", LIMIT)).isInstanceOf(Unreachable.class);
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
                new MediaConfig(allowsPrivate, 1 << 20, Duration.ofSeconds(2)),
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
