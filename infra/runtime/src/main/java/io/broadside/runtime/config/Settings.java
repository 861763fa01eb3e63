package io.broadside.runtime.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What the service was told, by the names of its {@link Setting}s.
 *
 * <ol>
 *   <li>The environment wins over the properties file that {@link #CONFIG_FILE} names; the fallback comes last.
 *   <li>A blank value is no value.
 *   <li>A secret is given as {@code NAME}, or as {@code NAME_FILE}, the path of a file that holds it and nothing else but
 *       perhaps a line end. Both at once, in the same source, is an error.
 *   <li>A value that breaks its rule is a {@link ConfigException} with the setting's name, the rule and the value; a
 *       secret's value is never shown.
 * </ol>
 */
public final class Settings {

    /** The properties file, itself a setting of every service. */
    public static final Setting CONFIG_FILE = Setting.optional(
            "BROADSIDE_CONFIG",
            "Path of a properties file with settings by these same names, UTF-8. The environment wins over it.");

    private static final String OF_FILE = "_FILE";

    private final Map<String, String> environment;
    private final Map<String, String> file;

    private Settings(Map<String, String> environment, Map<String, String> file) {
        this.environment = Map.copyOf(environment);
        this.file = Map.copyOf(file);
    }

    /**
     * Reads all sources, once.
     *
     * @param environment usually {@code System.getenv()}
     * @throws ConfigException if the properties file it names cannot be read
     */
    public static Settings from(Map<String, String> environment) {
        return given(environment, CONFIG_FILE.name())
                .map(path -> new Settings(environment, entries(asPath(CONFIG_FILE, path))))
                .orElseGet(() -> new Settings(environment, Map.of()));
    }

    /** The value; a setting without one is an error. */
    public String text(Setting setting) {
        return optionalText(setting).orElseThrow(() -> missing(setting));
    }

    /** The value, or the fallback; empty for a setting that has neither and may be absent. */
    public Optional<String> optionalText(Setting setting) {
        var value = given(environment, setting.name()).or(() -> given(file, setting.name()));
        return switch (setting.need()) {
            case REQUIRED -> Optional.of(value.orElseThrow(() -> missing(setting)));
            case OPTIONAL -> value;
            case DEFAULTED -> Optional.of(value.orElse(setting.fallback()));
        };
    }

    /** A whole number within the bounds, both included. */
    public int integer(Setting setting, int min, int max) {
        return Math.toIntExact(wholeNumber(setting, min, max));
    }

    /** The same for numbers that may be larger, such as sizes of files. */
    public long wholeNumber(Setting setting, long min, long max) {
        var text = text(setting);
        try {
            var value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Told below, as a number out of bounds is.
        }
        throw broken(setting, "a whole number from " + min + " to " + max + " needed", text);
    }

    /** A time span: {@code 250ms}, {@code 10s}, {@code 2m}, {@code 1h}, {@code 7d}, or ISO-8601 as in {@code PT1.5S}. */
    public Duration duration(Setting setting) {
        var text = text(setting);
        return Durations.parse(text)
                .orElseThrow(
                        () -> broken(setting, "a time span such as 250ms, 10s, 2m, 1h, 7d or PT1.5S needed", text));
    }

    /** An absolute URI with a host or, for schemes without hosts, whatever follows the scheme. */
    public URI uri(Setting setting) {
        var text = text(setting);
        try {
            var uri = new URI(text);
            if (uri.isAbsolute()) {
                return uri;
            }
        } catch (URISyntaxException _) {
            // Told below.
        }
        throw broken(setting, "an absolute URI needed", text);
    }

    /** {@code true} or {@code false}, in any case. */
    public boolean flag(Setting setting) {
        var text = text(setting);
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        if (text.equalsIgnoreCase("false")) {
            return false;
        }
        throw broken(setting, "true or false needed", text);
    }

    public Path path(Setting setting) {
        return asPath(setting, text(setting));
    }

    public Optional<Path> optionalPath(Setting setting) {
        return optionalText(setting).map(text -> asPath(setting, text));
    }

    /** The values between commas, without the blanks around them. Empty for a setting that is absent and may be. */
    public List<String> list(Setting setting) {
        var values = optionalText(setting).stream()
                .flatMap(text -> Stream.of(text.split(",", -1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
        if (values.isEmpty() && setting.need() == Setting.Need.REQUIRED) {
            throw missing(setting);
        }
        return values;
    }

    /** The secret; a setting without one is an error. */
    public Secret secret(Setting setting) {
        return optionalSecret(setting).orElseThrow(() -> missing(setting));
    }

    /** The secret, or the fallback (which is none: it is in the documentation, and for local use alone). */
    public Optional<Secret> optionalSecret(Setting setting) {
        var value = secretOf(environment, setting).or(() -> secretOf(file, setting));
        return switch (setting.need()) {
            case REQUIRED -> Optional.of(value.orElseThrow(() -> missing(setting)));
            case OPTIONAL -> value;
            case DEFAULTED -> Optional.of(value.orElseGet(() -> Secret.of(setting.fallback())));
        };
    }

    private static Optional<Secret> secretOf(Map<String, String> source, Setting setting) {
        var direct = given(source, setting.name());
        var fromFile = given(source, setting.name() + OF_FILE);
        if (direct.isPresent() && fromFile.isPresent()) {
            throw new ConfigException(
                    setting.name() + ": either it or " + setting.name() + OF_FILE + " needed, was given both");
        }
        return direct.or(() -> fromFile.map(path -> contentOf(setting, path))).map(Secret::of);
    }

    private static String contentOf(Setting setting, String path) {
        var entry = setting.name() + OF_FILE;
        String content;
        try {
            content = Files.readString(Path.of(path), UTF_8);
        } catch (IOException | InvalidPathException e) {
            throw new ConfigException(entry + ": a readable text file needed, was " + path, e);
        }
        // The line end that editors and echo leave is not part of the secret; everything else is.
        var stripped = content.endsWith("\n") ? content.substring(0, content.length() - 1) : content;
        stripped = stripped.endsWith("\r") ? stripped.substring(0, stripped.length() - 1) : stripped;
        if (stripped.isBlank()) {
            throw new ConfigException(
                    entry + ": a file with a secret in it needed, was " + path + ", which holds nothing");
        }
        return stripped;
    }

    private static Map<String, String> entries(Path path) {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(path, UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(CONFIG_FILE.name() + ": a readable properties file needed, was " + path, e);
        }
        var entries = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(name -> entries.put(name, properties.getProperty(name)));
        return entries;
    }

    private static Optional<String> given(Map<String, String> source, String name) {
        return Optional.ofNullable(source.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static Path asPath(Setting setting, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new ConfigException(setting.name() + ": a path needed, was " + text, e);
        }
    }

    private static ConfigException missing(Setting setting) {
        return new ConfigException(setting.name() + ": a value needed, was not set. " + setting.meaning());
    }

    private static ConfigException broken(Setting setting, String rule, String value) {
        return new ConfigException(setting.name() + ": " + rule + ", was " + value);
    }
}
