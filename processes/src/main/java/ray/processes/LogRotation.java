package ray.processes;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Bounds a log file that is appended to: when it is full, its content goes to {@code NAME.1}, what
 * was there to {@code NAME.2} and so on, and the file begins anew.
 *
 * <p>The content is copied and the file emptied, rather than renamed, because the JVM itself and
 * native code write to the same file by a descriptor that can't be exchanged. Whoever calls this
 * writes nothing meanwhile, so nothing of that is lost. Not thread-safe.
 */
final class LogRotation {
  private static final int MAX_UNLOOKED_BYTES = 64 << 10;

  private final Path file;
  private final LogLimits limits;

  /** After how many bytes it is looked how large the file is, as others write to it too. */
  private long lookAfterBytes;

  private long unlookedBytes;

  LogRotation(Path file, LogLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  /**
   * So much was appended, all of which is in the file. If that can't be put aside, as when the disk
   * is full, the file grows, and it is tried again later.
   */
  void wrote(long bytes) {
    unlookedBytes += bytes;
    if (unlookedBytes < lookAfterBytes) {
      return;
    }
    unlookedBytes = 0;
    lookAfterBytes = MAX_UNLOOKED_BYTES;
    try {
      long size = Files.size(file);
      if (size >= limits.maxBytes()) {
        rotate();
        size = 0;
      }
      lookAfterBytes = Math.min(MAX_UNLOOKED_BYTES, limits.maxBytes() - size);
    } catch (IOException e) {
      // There is nowhere to say so: this is the log.
    }
  }

  private void rotate() throws IOException {
    if (limits.files() > 1) {
      // Whoever follows the log finds what was put aside whole.
      Path copy = file.resolveSibling(file.getFileName() + ".copy");
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      for (int older = limits.files() - 1; older > 1; older--) {
        moveIfThere(older(file, older - 1), older(file, older));
      }
      moveIfThere(copy, older(file, 1));
    }
    try (FileChannel full = FileChannel.open(file, StandardOpenOption.WRITE)) {
      full.truncate(0);
    }
  }

  private static void moveIfThere(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      // There are not so many yet.
    }
  }

  /** Where the content of a log goes that is put aside: 1 is the latest. */
  static Path older(Path file, int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }
}
