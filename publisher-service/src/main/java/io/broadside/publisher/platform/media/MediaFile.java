package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.WebAddress;
import java.net.URI;

/**
 * A file that was looked at, and found fit to be sent.
 *
 * @param url as the sender gave it; never shown, since it may hold a key
 */
record MediaFile(String url, MediaType type, FileHead head) {

    private static final int LONGEST_STEM = 60;

    long size() {
        return head.size().orElseThrow();
    }

    /** What tells this file, as it is now, from others and from what may come in its place. */
    String version() {
        return head.mark().map(mark -> size() + " " + mark).orElseGet(() -> Long.toString(size()));
    }

    /** A name to send along: that of its address as far as it is harmless, with the extension of what it is. */
    String name() {
        var path = WebAddress.of(url).map(URI::getPath).orElse("");
        var last = path.substring(path.lastIndexOf('/') + 1);
        var dot = last.lastIndexOf('.');
        var stem = (dot > 0 ? last.substring(0, dot) : last).replaceAll("[^A-Za-z0-9_-]+", "-");
        var kept = stem.length() > LONGEST_STEM ? stem.substring(0, LONGEST_STEM) : stem;
        return (kept.isEmpty() || kept.equals("-") ? "media" : kept) + "." + type.extension();
    }

    String host() {
        return hostOf(url);
    }

    /** The host in an address, for a person. */
    static String hostOf(String url) {
        return WebAddress.of(url).map(URI::getHost).orElse("");
    }

    @Override
    public String toString() {
        return "MediaFile[" + type + ", " + size() + " bytes]";
    }
}
