package io.broadside.publisher.platform.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.MediaKind;
import io.vertx.core.buffer.Buffer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaTypeTest {

    private static final String ZIP = "PK\u0003\u0004\u0014\u0000\u0006\u0000";
    private static final String OLE = "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1";

    @ParameterizedTest
    @CsvSource({
        "'\u00ff\u00d8\u00ff\u00e0', JPEG",
        "'\u00ff\u00d8\u00ff\u00e1', JPEG",
        "'\u0089PNG\r\n\u001a\n', PNG",
        "GIF87a, GIF",
        "GIF89a, GIF",
        "RIFF1234WEBPVP8, WEBP",
        "%PDF-1.7, PDF",
        "'\u0000\u0000\u0000\u0018ftypmp42', MP4",
        "'\u0000\u0000\u0000 ftypisom', MP4",
        "'\u0000\u0000\u0000\u001cftypM4V ', MP4",
        "'\u0000\u0000\u0000\u0014ftypqt  ', MOV",
        "'\u0000\u0000\u0000\u0008wide\u0000\u0000\u0000\u0000', MOV",
        "'\u0000\u0000\u0010\u0000moov\u0000\u0000\u0000l', MOV",
        "'\u001aE\u00df\u00a3\u009fB\u0086\u0081\u0001B\u00f7\u0081\u0001B\u0082\u0084webmB\u0087', WEBM",
        "'\u001aE\u00df\u00a3\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u000bB\u0082\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0004webm', WEBM",
    })
    void isKnownByItsFirstBytes(String start, MediaType type) {
        assertThat(of(start + "and more", "x.bin")).contains(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "<svg xmlns",
                "RIFF1234WAVE",
                "RIFF1234AVI ",
                "GIF",
                "\u00ff\u00d8",
                "BM12345678",
                "\u0000\u0000\u0000\u0018ftypheic",
                "\u0000\u0000\u0000\u0018ftypavif",
                "\u0000\u0000\u0000\u0018ftypM4A ",
                "\u001aE\u00df\u00a3webm-------",
                "\u001aE\u00df\u00a3\u00a3B\u0086\u0081\u0001B\u0082\u0088matroskaB\u0087\u0081\u0004",
                "MZ\u0090\u0000",
                "PK\u0003\u0004AndroidManifest.xml",
                "PK\u0003\u0004[Content_Types].xml xl/workbook.xml",
                "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1 of whatever name"
            })
    void isUnknownOtherwise(String start) {
        assertThat(of(start, "https://example.org/file.bin")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'[Content_Types].xml _rels/.rels word/document.xml', whatever, DOCX",
        "'[Content_Types].xml _rels/.rels ppt/presentation.xml', whatever, PPTX",
        "'[Content_Types].xml', https://example.org/a.docx, DOCX",
        "'[Content_Types].xml', https://example.org/a.PPTX, PPTX",
        "'[Content_Types].xml', application/vnd.openxmlformats-officedocument.presentationml.presentation, PPTX",
    })
    void asksWhatAnOfficeArchiveIsCalledOnlyIfItsPartsDoNotTell(String parts, String claimed, MediaType type) {
        assertThat(of(ZIP + parts, claimed)).contains(type);
    }

    @ParameterizedTest
    @CsvSource({"https://example.org/a.doc, DOC", "https://example.org/a.ppt, PPT", "application/msword, DOC"})
    void tellsOldOfficeFilesApartByWhatTheyAreCalled(String claimed, MediaType type) {
        assertThat(of(OLE, claimed)).contains(type);
    }

    @Test
    void takesAGifForAPictureAndForAnAnimation() {
        assertThat(MediaType.GIF.isOneOf(Set.of(MediaKind.IMAGE))).isTrue();
        assertThat(MediaType.GIF.isOneOf(Set.of(MediaKind.GIF))).isTrue();
        assertThat(MediaType.PNG.isOneOf(Set.of(MediaKind.GIF))).isFalse();
        assertThat(MediaType.MP4.isOneOf(Set.of(MediaKind.IMAGE))).isFalse();
    }

    private static java.util.Optional<MediaType> of(String start, String claimed) {
        return MediaType.of(Buffer.buffer(start.getBytes(ISO_8859_1)), claimed);
    }
}
