package io.broadside.simulator.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Mp4Test {
    private static final Set<String> CONTAINERS = Set.of("moov", "trak", "mdia", "minf", "dinf", "stbl");

    @Test
    void hasItsBoxesOneAfterAnotherToTheLastByte() {
        // When
        var boxes = new ArrayList<Box>();
        read(ByteBuffer.wrap(Mp4.file()), 0, boxes);
        // Then
        assertThat(boxes)
                .extracting(Box::type)
                .containsExactly(
                        "ftyp", "moov", "mvhd", "trak", "tkhd", "mdia", "mdhd", "hdlr", "minf", "vmhd", "dinf", "dref",
                        "stbl", "stsd", "stts", "stsc", "stsz", "stco", "mdat");
    }

    @Test
    void pointsAtItsFrame() {
        // Given
        var file = ByteBuffer.wrap(Mp4.file());
        var boxes = new ArrayList<Box>();
        read(file, 0, boxes);
        // When
        int place = file.getInt(at(boxes, "stco") + 16);
        int length = file.getInt(at(boxes, "stsz") + 12);
        // Then
        assertThat(place).isEqualTo(at(boxes, "mdat") + 8);
        assertThat(file.getInt(place)).isEqualTo(length - 4);
        assertThat(file.get(place + 4)).as("an IDR slice").isEqualTo((byte) 0x65);
        assertThat(place + length).isEqualTo(file.capacity());
    }

    @Test
    void makesRoomForPadding() {
        // When
        var head = ByteBuffer.wrap(Mp4.head(1_000_000_000));
        // Then
        var plain = new ArrayList<Box>();
        read(ByteBuffer.wrap(Mp4.file()), 0, plain);
        assertThat(head.getInt(at(plain, "mdat"))).isEqualTo(head.capacity() - at(plain, "mdat") + 1_000_000_000);
    }

    private static void read(ByteBuffer bytes, int from, List<Box> boxes) {
        int position = from;
        while (position < bytes.limit()) {
            int length = bytes.getInt(position);
            var type = new byte[4];
            bytes.get(position + 4, type);
            var box = new Box(new String(type, StandardCharsets.US_ASCII), position);
            assertThat(position + length).as(box.type).isBetween(position + 8, bytes.limit());
            boxes.add(box);
            if (CONTAINERS.contains(box.type)) {
                read(bytes.duplicate().limit(position + length), position + 8, boxes);
            }
            position += length;
        }
        assertThat(position).isEqualTo(bytes.limit());
    }

    private static int at(List<Box> boxes, String type) {
        return boxes.stream().filter(box -> box.type.equals(type)).findFirst().orElseThrow().position;
    }

    private record Box(String type, int position) {}
}
