package io.broadside.simulator.journal;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends lines in batches: whatever gathers while one batch is written is the next one. */
final class JournalFile implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JournalFile.class);

    private final FileChannel channel;
    private final Thread writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private List<byte[]> gathering = new ArrayList<>();
    private CompletableFuture<Void> gatheringWritten = new CompletableFuture<>();
    private CompletableFuture<Void> latestWritten = CompletableFuture.completedFuture(null);
    private boolean closed;

    private JournalFile(FileChannel channel, Path path) {
        this.channel = channel;
        this.writer = Thread.ofPlatform()
                .daemon()
                .name("journal " + path.getFileName())
                .unstarted(this::write);
    }

    static JournalFile open(Path path) {
        try {
            var directory = path.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            var channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw new IllegalStateException("another process uses this data directory: " + path);
            }
            return new JournalFile(channel, path);
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be opened: " + path, e);
        }
    }

    /** Reads every complete line, cuts off an incomplete last one, and starts to accept new lines. */
    void replay(Consumer<byte[]> lines) {
        try {
            channel.position(0);
            channel.truncate(readLines(lines));
            channel.position(channel.size());
            writer.start();
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be read", e);
        }
    }

    /** The length of the file up to the end of its last complete line. */
    private long readLines(Consumer<byte[]> lines) throws IOException {
        // Not closed: closing the stream would close the channel, which goes on being written to.
        var in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
        var line = new ByteArrayOutputStream();
        long complete = 0;
        long position = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            position++;
            if (b == '\n') {
                lines.accept(line.toByteArray());
                line.reset();
                complete = position;
            } else {
                line.write(b);
            }
        }
        return complete;
    }

    void append(byte[] line) {
        lock.lock();
        try {
            gathering.add(line);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    CompletableFuture<Void> flushed() {
        lock.lock();
        try {
            return gathering.isEmpty() ? latestWritten : gatheringWritten;
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        while (true) {
            List<byte[]> batch;
            CompletableFuture<Void> written;
            lock.lock();
            try {
                while (gathering.isEmpty() && !closed) {
                    arrived.awaitUninterruptibly();
                }
                if (gathering.isEmpty()) {
                    return;
                }
                batch = gathering;
                written = gatheringWritten;
                latestWritten = written;
                gathering = new ArrayList<>();
                gatheringWritten = new CompletableFuture<>();
            } finally {
                lock.unlock();
            }
            writeBatch(batch, written);
        }
    }

    private void writeBatch(List<byte[]> batch, CompletableFuture<Void> written) {
        try {
            var buffer = ByteBuffer.allocate(
                    batch.stream().mapToInt(line -> line.length).sum());
            batch.forEach(buffer::put);
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            written.complete(null);
        } catch (IOException e) {
            LOGGER.atError().addKeyValue("lines", batch.size()).setCause(e).log("journal not written");
            written.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        try {
            writer.join();
            channel.close();
        } catch (IOException e) {
            LOGGER.atWarn().setCause(e).log("journal not closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
