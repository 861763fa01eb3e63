package io.broadside.simulator.media;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A video that players show: five seconds of grey, 720 x 1280, 24 frames a second, H.264 baseline, without sound. Every frame is
 * the same one, which the file has once.
 *
 * <p>ISO/IEC 14496-12 (boxes), 14496-15 (H.264 in boxes), ITU-T H.264 (the frame).
 */
final class Mp4 {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 1280;
    private static final int MACROBLOCK = 16;
    private static final int FRAMES_PER_SECOND = 24;
    private static final int FRAMES = 5 * FRAMES_PER_SECOND;
    private static final int BOX_HEADER = 8;

    private Mp4() {}

    /** The whole file. */
    static byte[] file() {
        return head(0);
    }

    /** The file without the padding, which belongs behind it: players skip it. */
    static byte[] head(long padding) {
        var frame = frame();
        var types = box(
                "ftyp",
                new Bytes()
                        .text("isom")
                        .int32(512)
                        .text("isom")
                        .text("iso2")
                        .text("avc1")
                        .text("mp41"));
        // The place of the frame is known once the boxes before it have their length, which does not depend on it.
        int before = types.length + movie(frame.length, 0).length + BOX_HEADER;
        var movie = movie(frame.length, before);
        return new Bytes()
                .raw(types)
                .raw(movie)
                .int32((int) (BOX_HEADER + frame.length + padding))
                .text("mdat")
                .raw(frame)
                .toArray();
    }

    /** How long the file is without padding. */
    static int length() {
        return file().length;
    }

    private static byte[] movie(int frameLength, int frameAt) {
        int milliseconds = FRAMES * 1000 / FRAMES_PER_SECOND;
        var header = box(
                "mvhd",
                new Bytes()
                        .int32(0)
                        .int32(0)
                        .int32(0)
                        .int32(1000)
                        .int32(milliseconds)
                        .int32(0x00010000)
                        .int16(0x0100)
                        .zeros(10)
                        .raw(matrix())
                        .zeros(24)
                        .int32(2));
        var trackHeader = box(
                "tkhd",
                new Bytes()
                        .int32(3)
                        .int32(0)
                        .int32(0)
                        .int32(1)
                        .int32(0)
                        .int32(milliseconds)
                        .zeros(16)
                        .raw(matrix())
                        .int32(WIDTH << 16)
                        .int32(HEIGHT << 16));
        var mediaHeader = box(
                "mdhd",
                new Bytes()
                        .int32(0)
                        .int32(0)
                        .int32(0)
                        .int32(FRAMES_PER_SECOND)
                        .int32(FRAMES)
                        .int16(0x55c4)
                        .int16(0));
        var handler =
                box("hdlr", new Bytes().int32(0).int32(0).text("vide").zeros(12).text("video\0"));
        var place = box(
                "dinf",
                new Bytes().raw(box("dref", new Bytes().int32(0).int32(1).raw(box("url ", new Bytes().int32(1))))));
        var information = box(
                "minf",
                new Bytes()
                        .raw(box("vmhd", new Bytes().int32(1).zeros(8)))
                        .raw(place)
                        .raw(samples(frameLength, frameAt)));
        var media = box("mdia", new Bytes().raw(mediaHeader).raw(handler).raw(information));
        return box(
                "moov",
                new Bytes()
                        .raw(header)
                        .raw(box("trak", new Bytes().raw(trackHeader).raw(media))));
    }

    private static byte[] samples(int frameLength, int frameAt) {
        var places = new Bytes().int32(0).int32(FRAMES);
        for (int i = 0; i < FRAMES; i++) {
            places.int32(frameAt);
        }
        return box(
                "stbl",
                new Bytes()
                        .raw(box("stsd", new Bytes().int32(0).int32(1).raw(description())))
                        .raw(box(
                                "stts",
                                new Bytes().int32(0).int32(1).int32(FRAMES).int32(1)))
                        .raw(box(
                                "stsc",
                                new Bytes().int32(0).int32(1).int32(1).int32(1).int32(1)))
                        .raw(box("stsz", new Bytes().int32(0).int32(frameLength).int32(FRAMES)))
                        .raw(box("stco", places)));
    }

    private static byte[] description() {
        var sequence = sequenceParameters();
        var picture = pictureParameters();
        var decoder = box(
                "avcC",
                new Bytes()
                        .int8(1)
                        .raw(new byte[] {sequence[1], sequence[2], sequence[3]})
                        .int8(0xff)
                        .int8(0xe1)
                        .int16(sequence.length)
                        .raw(sequence)
                        .int8(1)
                        .int16(picture.length)
                        .raw(picture));
        return box(
                "avc1",
                new Bytes()
                        .zeros(6)
                        .int16(1)
                        .zeros(16)
                        .int16(WIDTH)
                        .int16(HEIGHT)
                        .int32(0x00480000)
                        .int32(0x00480000)
                        .int32(0)
                        .int16(1)
                        .zeros(32)
                        .int16(0x18)
                        .int16(0xffff)
                        .raw(decoder));
    }

    private static byte[] sequenceParameters() {
        var bits = new Bits();
        for (int i = 0; i < 5; i++) {
            bits.number(0); // id, frame numbers, kind and length of the picture order, reference frames
        }
        bits.put("0").number(WIDTH / MACROBLOCK - 1).number(HEIGHT / MACROBLOCK - 1);
        bits.put("1")
                .put("0")
                .put("0")
                .put("0"); // whole frames, no direct inference, no cropping, no usability information
        // Baseline, level 3.1.
        return new Bytes()
                .int8(0x67)
                .int8(66)
                .int8(0xc0)
                .int8(31)
                .raw(bits.end())
                .toArray();
    }

    private static byte[] pictureParameters() {
        var bits = new Bits()
                .number(0)
                .number(0)
                .put("00")
                .number(0)
                .number(0)
                .number(0)
                .put("000");
        bits.number(0).number(0).number(0).put("000");
        return new Bytes().int8(0x68).raw(bits.end()).toArray();
    }

    /** Every macroblock is the mean of its neighbours, and the first one has none: grey. With its length in front. */
    private static byte[] frame() {
        var bits = new Bits()
                .number(0)
                .number(7)
                .number(0)
                .put("0000")
                .number(0)
                .put("0000")
                .put("00")
                .number(0);
        for (int i = 0; i < WIDTH / MACROBLOCK * (HEIGHT / MACROBLOCK); i++) {
            bits.number(3).number(0).number(0).put("1");
        }
        var unit = new Bytes().int8(0x65).raw(bits.end()).toArray();
        return new Bytes().int32(unit.length).raw(unit).toArray();
    }

    private static byte[] matrix() {
        return new Bytes()
                .int32(0x00010000)
                .zeros(12)
                .int32(0x00010000)
                .zeros(12)
                .int32(0x40000000)
                .toArray();
    }

    private static byte[] box(String type, Bytes content) {
        var bytes = content.toArray();
        return new Bytes()
                .int32(BOX_HEADER + bytes.length)
                .text(type)
                .raw(bytes)
                .toArray();
    }

    /** Numbers as boxes have them, the most significant byte first. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes int8(int value) {
            out.write(value);
            return this;
        }

        Bytes int16(int value) {
            return int8(value >> 8).int8(value);
        }

        Bytes int32(int value) {
            return int16(value >> 16).int16(value);
        }

        Bytes text(String value) {
            return raw(value.getBytes(StandardCharsets.US_ASCII));
        }

        Bytes zeros(int number) {
            return raw(new byte[number]);
        }

        Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        byte[] toArray() {
            return out.toByteArray();
        }
    }

    /** Numbers as H.264 has them. */
    private static final class Bits {
        private final StringBuilder bits = new StringBuilder();

        Bits put(String more) {
            bits.append(more);
            return this;
        }

        /** Exponential-Golomb code. */
        Bits number(int value) {
            var binary = Integer.toBinaryString(value + 1);
            return put("0".repeat(binary.length() - 1)).put(binary);
        }

        byte[] end() {
            put("1");
            put("0".repeat(Math.floorMod(-bits.length(), 8)));
            var bytes = new byte[bits.length() / 8];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
            }
            return bytes;
        }
    }
}
