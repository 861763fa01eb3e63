package io.broadside.local;

import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.vault.KeyRotation;
import io.broadside.runtime.vault.KeysetName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The keys that tokens are sealed with, and their change while everything runs. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description =
                "The keys that stored tokens are sealed with: shows them, replaces them while everything runs, removes old ones.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            KeysCommand.ListCommand.class,
            KeysCommand.AddCommand.class,
            KeysCommand.PromoteCommand.class,
            KeysCommand.ResealCommand.class,
            KeysCommand.RotateCommand.class,
            KeysCommand.RetireCommand.class
        })
final class KeysCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets it.
    KeysCommand() {}

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "Say what to do: list, add, promote, reseal, rotate or retire.");
    }

    /** Which keyset files, and how long services take to see a change of them. */
    static final class KeysetOptions {

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The directory of a local stack, which has both keysets.")
        private @Nullable Path data;

        @Option(names = "--access", paramLabel = "FILE", description = "The keyset of access tokens.")
        private @Nullable Path access;

        @Option(names = "--refresh", paramLabel = "FILE", description = "The keyset of refresh tokens.")
        private @Nullable Path refresh;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "30",
                description =
                        "How long services may take to see a change: three times VAULT_RELOAD_INTERVAL (default: 30).")
        private int wait;

        Map<KeysetName, Path> files() throws IOException {
            var files = new EnumMap<KeysetName, Path>(KeysetName.class);
            if (data != null) {
                files.put(KeysetName.ACCESS, data.resolve("keys/access.json"));
                files.put(KeysetName.REFRESH, data.resolve("keys/refresh.json"));
            }
            if (access != null) {
                files.put(KeysetName.ACCESS, access);
            }
            if (refresh != null) {
                files.put(KeysetName.REFRESH, refresh);
            }
            if (files.isEmpty()) {
                throw new IOException("Say which keysets: --data DIR, or --access FILE and --refresh FILE.");
            }
            return files;
        }

        Duration pause() {
            return Duration.ofSeconds(wait);
        }
    }

    /** What all of them have. */
    abstract static class Step implements Callable<Integer> {

        @Mixin
        private KeysetOptions keysets;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli sets the options.
        Step() {}

        KeysetOptions keysets() {
            return keysets;
        }

        void say(String line) {
            spec.commandLine().getOut().println(line);
        }

        Map<KeysetName, KeyRotation> rotations() throws IOException {
            var rotations = new EnumMap<KeysetName, KeyRotation>(KeysetName.class);
            keysets.files().forEach((name, file) -> rotations.put(name, new KeyRotation(name, file)));
            return rotations;
        }

        void add() throws IOException {
            rotations().forEach((name, rotation) -> {
                if (rotation.keys().getLast().isPrimary()) {
                    say(shown(name) + ": key " + rotation.add().id() + " added; it opens, and seals nothing yet.");
                } else {
                    say(shown(name) + ": key " + rotation.keys().getLast().id() + " was added before.");
                }
            });
        }

        void promote() throws IOException {
            rotations()
                    .forEach((name, rotation) ->
                            say(shown(name) + ": key " + rotation.promote().id()
                                    + " seals what is new; older keys go on opening what they sealed."));
        }

        void awaitServices(String what) throws InterruptedException {
            say("Waiting " + keysets.pause().toSeconds() + " s until every service " + what + ".");
            TimeUnit.MILLISECONDS.sleep(keysets.pause().toMillis());
        }
    }

    private static String shown(KeysetName name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the keys; * seals what is new.")
    static final class ListCommand extends Step {
        @Override
        public Integer call() throws IOException {
            rotations()
                    .forEach((name, rotation) -> rotation.keys()
                            .forEach(key -> say("%-8s %-10s %s"
                                    .formatted(shown(name), key.id(), key.isPrimary() ? "*" : "")
                                    .stripTrailing())));
            return 0;
        }
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "First step: adds a new key that seals nothing yet, so that every service has it before it is used.")
    static final class AddCommand extends Step {
        @Override
        public Integer call() throws IOException {
            add();
            return 0;
        }
    }

    @Command(
            name = "promote",
            mixinStandardHelpOptions = true,
            description = "Second step, once every service has the new key: it seals what is new.")
    static final class PromoteCommand extends Step {
        @Override
        public Integer call() throws IOException {
            promote();
            return 0;
        }
    }

    /** What needs the topics as well. */
    abstract static class SealStep extends Step {

        private static final Duration POLL = Duration.ofMillis(500);
        private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(30);

        @Mixin
        private ClusterOptions cluster;

        @Option(
                names = "--limit",
                paramLabel = "MINUTES",
                defaultValue = "30",
                description = "Gives up after this long (default: 30).")
        private int limitMinutes;

        @SuppressWarnings("NullAway.Init") // picocli sets the options.
        SealStep() {}

        KafkaClients clients() throws IOException {
            return new KafkaClients(cluster.kafka(), "keys");
        }

        Map<KeysetName, String> newest() throws IOException {
            var newest = new EnumMap<KeysetName, String>(KeysetName.class);
            rotations()
                    .forEach((name, rotation) -> rotation.keys().stream()
                            .filter(KeyRotation.Key::isPrimary)
                            .forEach(key -> newest.put(name, key.id())));
            return newest;
        }

        /** Until nothing is sealed with an older key. */
        int reseal() throws IOException, InterruptedException {
            var until = System.nanoTime() + Duration.ofMinutes(limitMinutes).toNanos();
            try (var clients = clients();
                    var seals = new Seals(clients, newest())) {
                seals.readOn();
                say("Sealed with an older key: " + seals.old().size() + " connections.");
                var askAgainAt = System.nanoTime();
                while (!seals.old().isEmpty()) {
                    if (System.nanoTime() - until > 0) {
                        say("Not done within " + limitMinutes + " min; left: "
                                + seals.old().size() + ". Is token-service at work? Its log says what it cannot open.");
                        return 1;
                    }
                    if (System.nanoTime() - askAgainAt >= 0) {
                        seals.askToReseal(seals.old(), Clock.systemUTC().instant());
                        askAgainAt = System.nanoTime() + ASK_AGAIN_AFTER.toNanos();
                    }
                    TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
                    seals.readOn();
                }
            }
            say("Everything that is stored is sealed with the newest keys.");
            return 0;
        }
    }

    @Command(
            name = "reseal",
            mixinStandardHelpOptions = true,
            description =
                    "Has token-service seal everything that is stored with the newest keys; waits until that is done.")
    static final class ResealCommand extends SealStep {
        @Override
        public Integer call() throws Exception {
            return reseal();
        }
    }

    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description =
                    "All steps after each other, while everything runs: add, wait, promote, wait, reseal. Old keys stay until"
                            + " they are retired. Goes on where one was interrupted.")
    static final class RotateCommand extends SealStep {
        @Override
        public Integer call() throws Exception {
            add();
            awaitServices("has the new keys");
            promote();
            awaitServices("seals with them");
            var code = reseal();
            if (code == 0) {
                rotations()
                        .forEach((name, rotation) -> rotation.keys().stream()
                                .filter(key -> !key.isPrimary())
                                .forEach(key -> say("Nothing needs key " + key.id() + " of " + shown(name)
                                        + " any more: ./broadside keys retire " + key.id())));
            }
            return code;
        }
    }

    @Command(
            name = "retire",
            mixinStandardHelpOptions = true,
            description = "Removes an old key, unless something is still sealed with it.")
    static final class RetireCommand extends SealStep {

        @Parameters(paramLabel = "KEY", description = "Its id, as list shows it.")
        private String key;

        @SuppressWarnings("NullAway.Init") // picocli sets the options.
        RetireCommand() {}

        @Override
        public Integer call() throws Exception {
            for (var keyset : rotations().entrySet()) {
                var found = keyset.getValue().keys().stream()
                        .filter(one -> one.id().equals(key))
                        .findFirst();
                if (found.filter(KeyRotation.Key::isPrimary).isPresent()) {
                    say("Key " + key + " seals what is new. Let another one do so first: ./broadside keys rotate");
                    return 1;
                }
                if (found.isPresent()) {
                    return retire(keyset.getKey(), keyset.getValue());
                }
            }
            say("There is no key " + key + " in these keysets.");
            return 1;
        }

        private int retire(KeysetName name, KeyRotation rotation) throws IOException {
            var file = keysets().files().get(name);
            var changed = file == null ? Duration.ZERO : age(file);
            if (changed.compareTo(keysets().pause()) < 0) {
                say("The keyset was changed " + changed.toSeconds()
                        + " s ago: a service may still seal with the old key." + " Again in "
                        + keysets().pause().minus(changed).toSeconds() + " s.");
                return 1;
            }
            try (var clients = clients();
                    var seals = new Seals(clients, newest())) {
                seals.readOn();
                int count = seals.connectionsByKey(name).getOrDefault(key, 0);
                if (count > 0) {
                    say(count + " connections are still sealed with key " + key + ": ./broadside keys reseal");
                    return 1;
                }
            }
            rotation.retire(key);
            say(shown(name) + ": key " + key + " is gone.");
            return 0;
        }

        private static Duration age(Path file) throws IOException {
            return Duration.between(
                    Files.getLastModifiedTime(file).toInstant(),
                    Clock.systemUTC().instant());
        }
    }
}
