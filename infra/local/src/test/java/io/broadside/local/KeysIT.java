package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.Content;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.runtime.vault.KeyRotation;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.schemas.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Keys are replaced while posts go out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class KeysIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final List<String> PLATFORMS = List.of("facebook", "x");

    private final Board board = new Board();
    private final List<String> sent = new ArrayList<>();
    private Path data;
    private LocalStack stack;
    private StackClient client;

    @BeforeAll
    void startStack(@TempDir Path directory) throws Exception {
        data = directory;
        stack = LocalStack.start(FreePorts.find(), data, _ -> {});
        client = new StackClient(stack.ports());
        DemoAccounts.connect(stack, client);
    }

    @AfterAll
    void stopStack() {
        client.close();
        stack.close();
    }

    @Test
    void keysAreReplacedWhilePostsGoOutAndTheOldOnesAreRetired() throws Exception {
        // Given
        var old = Stream.of(KeysetName.values()).map(this::primary).toList();
        publish();
        // When
        var rotated = keys("rotate");
        publish();
        // Then
        assertThat(rotated).contains("Everything that is stored is sealed with the newest keys.");
        assertThat(Stream.of(KeysetName.values()).map(this::primary)).doesNotContainAnyElementsOf(old);
        for (var key : old) {
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(keys("retire", key)).contains("key " + key + " is gone."));
        }
        publish();
        awaitAllPublished();
    }

    @Test
    void aKeyThatSomethingIsSealedWithIsNotRetired() throws Exception {
        // Given
        var old = primary(KeysetName.ACCESS);
        keys("add");
        keys("promote");
        // Then
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(keys("retire", old)).contains("connections are still sealed with key " + old));
        assertThat(keys("list")).contains(old);
        keys("reseal");
    }

    private String primary(KeysetName name) {
        return new KeyRotation(name, data.resolve("keys").resolve(name.name().toLowerCase(Locale.ROOT) + ".json"))
                .keys().stream()
                        .filter(KeyRotation.Key::isPrimary)
                        .findFirst()
                        .orElseThrow()
                        .id();
    }

    private String keys(String step, String... more) {
        var said = new StringWriter();
        var arguments = new ArrayList<>(List.of("keys", step, "--data", data.toString(), "--wait", "3"));
        if (List.of("rotate", "reseal", "retire").contains(step)) {
            arguments.addAll(
                    List.of("--port-offset", Integer.toString(stack.ports().offset()), "--limit", "1"));
        }
        arguments.addAll(List.of(more));
        Broadside.commandLine()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(arguments.toArray(String[]::new));
        return said.toString();
    }

    private void publish() throws Exception {
        var id = "keys-" + sent.size();
        sent.add(id);
        client.publish(PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(Content.newBuilder().setText("Sealed " + id).build())
                .setTargets(PLATFORMS.stream()
                        .map(platform -> Target.newBuilder()
                                .setProfileId("bakery")
                                .setPlatform(platform)
                                .build())
                        .toList())
                .build());
    }

    private void awaitAllPublished() {
        try (var results = client.tail(Topics.RESULTS, true)) {
            await().atMost(LONG).pollInSameThread().until(() -> {
                results.next(Duration.ofMillis(200)).forEach(board::take);
                return board.areAllFinal(sent.size() * PLATFORMS.size());
            });
        }
        assertThat(board.rows()).allMatch(result -> result.getStatus() == ResultStatus.PUBLISHED);
    }
}
