package io.broadside.publisher.platform.media;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How media are fetched.
 *
 * @param allowsPrivate whether addresses inside our own network may be fetched from
 * @param maxBytes largest file; platforms may ask for less
 * @param memory bytes held at once by all files under way
 * @param timeout longest time for opening a file, redirects included, and again for each piece of it
 * @param slice how long one call of a publication goes on with an upload in pieces
 */
public record MediaConfig(boolean allowsPrivate, long maxBytes, int memory, Duration timeout, Duration slice) {

    private static final Setting ALLOW_PRIVATE = Setting.of(
            "PUBLISHER_MEDIA_ALLOW_PRIVATE",
            "false",
            "Whether media may be fetched from private and loopback addresses. For local development only: with it,"
                    + " whoever may send a post can make the publisher read from its own network.");
    private static final Setting MAX_BYTES = Setting.of(
            "PUBLISHER_MEDIA_MAX_BYTES",
            "4294967296",
            "Largest media file that is taken, in bytes; a platform's own limit may be lower.");
    private static final Setting MEMORY = Setting.of(
            "PUBLISHER_MEDIA_MEMORY",
            "67108864",
            "Bytes of memory for all media files under way at once, whatever their size. Half of it is for open files"
                    + " (128 KiB each), half for the pieces being sent; what finds no place within PUBLISHER_MEDIA_TIMEOUT is"
                    + " tried again later.");
    private static final Setting TIMEOUT = Setting.of(
            "PUBLISHER_MEDIA_TIMEOUT",
            "15s",
            "Longest time for opening a media file, redirects included, and again for reading one piece of it.");
    private static final Setting SLICE = Setting.of(
            "PUBLISHER_MEDIA_SLICE",
            "20s",
            "How long an upload in pieces goes on before its progress is made durable and other posts get their turn."
                    + " Together with PUBLISHER_MEDIA_TIMEOUT and HTTP_CALL_TIMEOUT it has to stay below"
                    + " DISPATCH_CALL_LIMIT: the last piece begins before the slice is over and ends after it.");

    public static final List<Setting> SETTINGS = List.of(ALLOW_PRIVATE, MAX_BYTES, MEMORY, TIMEOUT, SLICE);

    public MediaConfig {
        within(TIMEOUT, timeout);
        within(SLICE, slice);
    }

    public static MediaConfig from(Settings settings) {
        return new MediaConfig(
                settings.flag(ALLOW_PRIVATE),
                settings.wholeNumber(MAX_BYTES, 1_024, 1L << 40),
                settings.integer(MEMORY, 2 * MediaFetch.LARGEST_PIECE, Integer.MAX_VALUE),
                settings.duration(TIMEOUT),
                settings.duration(SLICE));
    }

    private static void within(Setting setting, Duration value) {
        if (value.toMillis() < 1 || value.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new ConfigException(setting.name() + ": a time span from 1ms to 10m needed, was " + value);
        }
    }
}
