package io.broadside.publisher.platform.tiktok;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChunksTest {

    @Test
    void aPostIsBegunWithItsSizeAndItsChunks() {
        // Given
        var content = Content.newBuilder().setText("hi #demo").build();
        var permits = new Permits("SELF_ONLY", false, false, true);
        // Then
        assertThat(new PostBody(content, permits).uploadedVideo(Chunks.of(50_000_123, 10_000_000)))
                .isEqualTo(
                        "{\"post_info\":{\"title\":\"hi #demo\",\"privacy_level\":\"SELF_ONLY\",\"disable_comment\":false,"
                                + "\"disable_duet\":false,\"disable_stitch\":true},\"source_info\":{\"source\":\"FILE_UPLOAD\","
                                + "\"video_size\":50000123,\"chunk_size\":10000000,\"total_chunk_count\":5}}");
    }

    @ParameterizedTest(name = "{0} bytes in pieces of {1}")
    @CsvSource({
        "50000123, 10000000, 10000000, 5, 40000000, 10000123",
        "1, 10000000, 1, 1, 0, 1",
        "4999999, 10000000, 4999999, 1, 0, 4999999",
        "9999999, 10000000, 9999999, 1, 0, 9999999",
        "10000000, 10000000, 10000000, 1, 0, 10000000",
        "19999999, 10000000, 10000000, 1, 0, 19999999",
        "20000000, 10000000, 10000000, 2, 10000000, 10000000",
        "64000000, 64000000, 64000000, 1, 0, 64000000",
        "64000001, 64000000, 32000000, 2, 32000000, 32000001",
        "100000000, 64000000, 50000000, 2, 50000000, 50000000",
        "127999999, 64000000, 63999999, 2, 63999999, 64000000",
        "128000000, 64000000, 64000000, 2, 64000000, 64000000",
        "4000000000, 5242880, 5242880, 762, 3989831680, 10168320",
    })
    void cutsAFileAsTikTokWantsIt(long size, long wanted, long chunkSize, long count, long lastStart, int lastLength) {
        // When
        var chunks = Chunks.of(size, wanted);
        // Then
        assertThat(chunks.chunkSize()).isEqualTo(chunkSize);
        assertThat(chunks.count()).isEqualTo(count).isBetween(1L, 1_000L);
        assertThat(chunks.lastStart()).isEqualTo(lastStart);
        assertThat(chunks.lastLength()).isEqualTo(lastLength).isLessThanOrEqualTo(128_000_000);
    }

    @Test
    void namesTheRangesOfItsPieces() {
        // Given
        var chunks = Chunks.of(50_000_123, 10_000_000);
        // Then
        assertThat(chunks.contentRange(0, 10_000_000)).isEqualTo("bytes 0-9999999/50000123");
        assertThat(chunks.contentRange(30_000_000, 10_000_000)).isEqualTo("bytes 30000000-39999999/50000123");
        assertThat(chunks.contentRange(chunks.lastStart(), chunks.lastLength()))
                .isEqualTo("bytes 40000000-50000122/50000123");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9, 0", "10, 10", "24, 20", "29, 20", "30, 20", "35, 20"})
    void knowsWhereThePieceOfAByteBegins(long offset, long start) {
        assertThat(Chunks.of(35, 10).startOf(offset)).isEqualTo(start);
    }
}
