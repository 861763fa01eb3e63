package io.broadside.publisher.platform.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.broadside.events.MediaKind;
import io.vertx.core.buffer.Buffer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a file is, by its first bytes: names and headers are what somebody wrote. */
enum MediaType {
    JPEG("image/jpeg", "jpg", "JPEG", MediaKind.IMAGE),
    PNG("image/png", "png", "PNG", MediaKind.IMAGE),
    GIF("image/gif", "gif", "GIF", MediaKind.GIF),
    WEBP("image/webp", "webp", "WebP", MediaKind.IMAGE),
    MP4("video/mp4", "mp4", "MP4", MediaKind.VIDEO),
    MOV("video/quicktime", "mov", "MOV", MediaKind.VIDEO),
    WEBM("video/webm", "webm", "WebM", MediaKind.VIDEO),
    PDF("application/pdf", "pdf", "PDF", MediaKind.DOCUMENT),
    DOC("application/msword", "doc", "DOC", MediaKind.DOCUMENT),
    DOCX("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "DOCX", MediaKind.DOCUMENT),
    PPT("application/vnd.ms-powerpoint", "ppt", "PPT", MediaKind.DOCUMENT),
    PPTX(
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "pptx",
            "PPTX",
            MediaKind.DOCUMENT);

    /** How much of a file is looked at: the names of an Office file's first parts are further in than a signature. */
    static final int PROBE = 4096;

    /** https://mp4ra.org/registered-types/brands; pictures (heic, avif) and sound (M4A) have brands of their own. */
    private static final Set<String> MP4_BRANDS = Set.of(
            "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "mp71", "avc1",
            "dash", "MSNV", "M4V ", "M4VH", "M4VP", "mmp4", "f4v ", "3gp4", "3gp5", "3gp6");

    /** What QuickTime files begin with that are older than the box that names their brand. */
    private static final Set<String> OLD_MOV_BOXES = Set.of("moov", "mdat", "wide", "free", "skip", "pnot");

    /** The head of any EBML file names its type, after the length of that name: Matroska's is another one. */
    private static final Pattern WEBM_HEAD =
            Pattern.compile("\u001aE\u00df\u00a3.{1,64}?B\u0082.{1,8}?webm", Pattern.DOTALL);

    private final String contentType;
    private final String extension;
    private final String label;
    private final MediaKind kind;

    MediaType(String contentType, String extension, String label, MediaKind kind) {
        this.contentType = contentType;
        this.extension = extension;
        this.label = label;
        this.kind = kind;
    }

    String contentType() {
        return contentType;
    }

    String extension() {
        return extension;
    }

    /** As people call it. */
    String label() {
        return label;
    }

    /** Whether it may be sent where one of these kinds is wanted. A GIF is a picture as well. */
    boolean isOneOf(Set<MediaKind> kinds) {
        return kinds.contains(kind) || (this == GIF && kinds.contains(MediaKind.IMAGE));
    }

    /**
     * The type of a file; empty if it is none of these.
     *
     * @param start its first bytes, up to {@link #PROBE} of them
     * @param claimed what it is called, name or content type: asked only which of the Office files a file is
     */
    static Optional<MediaType> of(Buffer start, String claimed) {
        var bytes = start.getString(0, Math.min(PROBE, start.length()), ISO_8859_1.name());
        if (bytes.startsWith("\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (bytes.startsWith("\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (bytes.startsWith("GIF87a") || bytes.startsWith("GIF89a")) {
            return Optional.of(GIF);
        }
        if (bytes.startsWith("RIFF") && bytes.startsWith("WEBP", 8)) {
            return Optional.of(WEBP);
        }
        if (bytes.startsWith("%PDF-")) {
            return Optional.of(PDF);
        }
        if (bytes.startsWith("\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1")) {
            return office(claimed, DOC, PPT);
        }
        if (bytes.startsWith("PK\u0003\u0004")) {
            return officeArchive(bytes, claimed);
        }
        return WEBM_HEAD.matcher(bytes).lookingAt() ? Optional.of(WEBM) : film(bytes);
    }

    private static Optional<MediaType> film(String bytes) {
        if (bytes.length() < 12) {
            return Optional.empty();
        }
        var box = bytes.substring(4, 8);
        if (!box.equals("ftyp")) {
            return OLD_MOV_BOXES.contains(box) ? Optional.of(MOV) : Optional.empty();
        }
        var brand = bytes.substring(8, 12);
        if (brand.equals("qt  ")) {
            return Optional.of(MOV);
        }
        return MP4_BRANDS.contains(brand) ? Optional.of(MP4) : Optional.empty();
    }

    /** A zip of parts, whose names stand in clear before each of them. */
    private static Optional<MediaType> officeArchive(String bytes, String claimed) {
        if (bytes.contains("word/")) {
            return Optional.of(DOCX);
        }
        if (bytes.contains("ppt/")) {
            return Optional.of(PPTX);
        }
        var isOffice = bytes.contains("[Content_Types].xml") || bytes.contains("_rels/") || bytes.contains("docProps/");
        return isOffice ? office(claimed, DOCX, PPTX) : Optional.empty();
    }

    private static Optional<MediaType> office(String claimed, MediaType text, MediaType slides) {
        var name = claimed.toLowerCase(Locale.ROOT);
        if (name.endsWith("." + text.extension) || name.contains(text.contentType)) {
            return Optional.of(text);
        }
        return name.endsWith("." + slides.extension) || name.contains(slides.contentType)
                ? Optional.of(slides)
                : Optional.empty();
    }
}
