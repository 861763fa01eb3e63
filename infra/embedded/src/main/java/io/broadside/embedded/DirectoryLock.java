package io.broadside.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A directory belongs to one running process. The lock ends with the process however that ends, so nothing needs to be
 * cleaned up after a kill; the file stays, and holds the id of the process that had it last.
 */
final class DirectoryLock implements AutoCloseable {

    static final String FILE = "broadside.lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Creates the directory if needed and takes it for this process, or says who has it. */
    static DirectoryLock take(Path directory) {
        var file = directory.resolve(FILE);
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot write in " + directory + ": " + e, e);
        }
        try {
            if (tryLock(channel) == null) {
                var owner = owner(channel);
                channel.close();
                throw new EmbeddedStartException("another Broadside stack uses " + directory + owner
                        + ": stop it first, or choose another directory");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DirectoryLock(channel);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot lock " + directory + ": " + e, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // this very process has it
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        var buffer = ByteBuffer.allocate(32);
        channel.read(buffer, 0);
        var processId = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
        return processId.isBlank() ? "" : " (process " + processId + ")";
    }

    @Override
    public void close() {
        try {
            channel.close(); // which releases the lock
        } catch (IOException e) {
            throw new IllegalStateException("cannot release " + FILE, e);
        }
    }
}
