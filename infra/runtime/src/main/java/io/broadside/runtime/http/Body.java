package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a call carries. None of them shows its content in {@code toString}. */
public sealed interface Body {

    /** Nothing. */
    record None() implements Body {}

    /** Fields as {@code application/x-www-form-urlencoded}, in the order given. */
    record Form(Map<String, String> fields) implements Body {
        public Form {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }

        @Override
        public String toString() {
            return "Form[fields=" + fields.keySet() + "]";
        }
    }

    /** A JSON text, as it is. */
    record Json(String text) implements Body {
        @Override
        public String toString() {
            return "Json[" + text.length() + " characters]";
        }
    }

    /**
     * Bytes as they are, for instance one piece of an upload; further headers are the call's.
     *
     * @param content must not be changed any more
     */
    record Bytes(String contentType, Buffer content) implements Body {
        public Bytes {
            HeaderText.require(contentType);
        }

        @Override
        public String toString() {
            return "Bytes[" + content.length() + " bytes, " + contentType + "]";
        }
    }

    /**
     * Bytes that are had piece by piece while they are sent, with no more than one piece in memory.
     *
     * @param length of all pieces together
     */
    record Streamed(String contentType, long length, Pieces pieces) implements Body {
        public Streamed {
            HeaderText.require(contentType);
            if (length < 0) {
                throw new IllegalArgumentException("A length of " + length + " bytes is none.");
            }
        }

        @Override
        public String toString() {
            return "Streamed[" + length + " bytes, " + contentType + "]";
        }
    }

    /** Where the bytes of a {@link Streamed} body come from. Asked on the thread that makes the call, which may be kept waiting. */
    @FunctionalInterface
    interface Pieces {

        /**
         * The next bytes; empty once there are no more. If that is before the length that was promised, the request is
         * broken off: the platform may have got the bytes before.
         */
        Optional<Buffer> next();
    }

    /** Parts as {@code multipart/form-data}, in the order given. All of it is held in memory: for pieces, not for films. */
    record Multipart(List<Part> parts) implements Body {
        public Multipart {
            parts = List.copyOf(parts);
        }
    }

    /**
     * One part of a {@link Multipart} body.
     *
     * @param fileName the file's name; empty for a plain field
     * @param content must not be changed any more
     */
    record Part(String name, Optional<String> fileName, String contentType, Buffer content) {

        public Part {
            HeaderText.require(contentType);
        }

        /** A text field. */
        public static Part field(String name, String value) {
            return new Part(name, Optional.empty(), "text/plain; charset=utf-8", Buffer.buffer(value.getBytes(UTF_8)));
        }

        /** A file. */
        public static Part file(String name, String fileName, String contentType, Buffer content) {
            return new Part(name, Optional.of(fileName), contentType, content);
        }

        @Override
        public String toString() {
            return "Part[name=" + name + ", contentType=" + contentType + ", " + content.length() + " bytes]";
        }
    }
}
