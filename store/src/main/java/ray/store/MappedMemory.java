package ray.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Memory that is a mapped sparse file. The file has no name any more once this is built, so nothing
 * is left of it however the process ends; pages exist from their first touch.
 */
final class MappedMemory implements StoreMemory {
  private static final String FILE_PREFIX = "ray-store-";

  private final MemoryKind kind;
  private final FileChannel channel;
  private final List<MappedByteBuffer> banks;
  private final @Nullable Path descriptor;

  private MappedMemory(
      MemoryKind kind,
      FileChannel channel,
      List<MappedByteBuffer> banks,
      @Nullable Path descriptor) {
    this.kind = kind;
    this.descriptor = descriptor;
    this.channel = channel;
    this.banks = banks;
  }

  /** Maps a new file in that directory, for its owner alone, and takes its name away. */
  static MappedMemory open(MemoryKind kind, Path directory, long capacityBytes) throws IOException {
    Path file = createFile(directory);
    FileChannel channel;
    Path descriptor;
    try {
      channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
      descriptor = kind == MemoryKind.SHARED ? descriptorOf(file) : null;
    } finally {
      Files.delete(file);
    }
    try {
      return new MappedMemory(kind, channel, map(channel, kind, capacityBytes), descriptor);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      channel.close();
      throw e;
    }
  }

  /** The name by which other processes can open a file that this one has open. */
  private static @Nullable Path descriptorOf(Path file) {
    long pid = ProcessHandle.current().pid();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : open) {
        if (leadsTo(each, file)) {
          return Path.of("/proc", Long.toString(pid), "fd", each.getFileName().toString());
        }
      }
    } catch (IOException | DirectoryIteratorException notOnThisSystem) {
      return null;
    }
    return null;
  }

  private static boolean leadsTo(Path descriptor, Path file) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (NoSuchFileException | NotLinkException other) {
      // Another thread has closed it since it was listed.
      return false;
    }
  }

  @Override
  public @Nullable Path sharedFile() {
    return descriptor;
  }

  private static Path createFile(Path directory) throws IOException {
    return Files.createTempFile(
        directory,
        FILE_PREFIX + ProcessHandle.current().pid() + "-",
        ".tmp",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static List<MappedByteBuffer> map(
      FileChannel channel, MemoryKind kind, long capacityBytes) throws IOException {
    MapMode mode = kind == MemoryKind.SHARED ? MapMode.READ_WRITE : MapMode.PRIVATE;
    List<MappedByteBuffer> banks = new ArrayList<>();
    for (long at = 0; at < capacityBytes; at += MAX_BANK_BYTES) {
      banks.add(channel.map(mode, at, Math.min(MAX_BANK_BYTES, capacityBytes - at)));
    }
    return List.copyOf(banks);
  }

  @Override
  public MemoryKind kind() {
    return kind;
  }

  @Override
  public long bankBytes() {
    return MAX_BANK_BYTES;
  }

  @Override
  public ByteBuffer bank(int index) {
    return banks.get(index);
  }

  @Override
  public void discard() {
    try (channel) {
      channel.truncate(0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot give back the store's memory", e);
    }
  }

  @Override
  public void abandon() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the store's memory", e);
    }
  }
}
