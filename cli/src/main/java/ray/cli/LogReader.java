package ray.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads a log, also while it grows, is put aside and begun anew: nothing is left out unless that
 * happens more than once between two looks. Not thread-safe.
 */
final class LogReader {
  private static final int CHUNK_BYTES = 64 << 10;

  private final Path file;
  private final Consumer<String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long position;
  private Optional<Aside> aside;

  /** Whether something new was put aside when it was looked last, and the log not yet emptied. */
  private boolean beingPutAside;

  /** What was put aside last. */
  private record Aside(Object identity, long sizeBytes) {}

  /**
   * A reader of a log.
   *
   * @param fromNow whether what is there already is skipped
   * @param lines takes each line
   */
  LogReader(Path file, boolean fromNow, Consumer<String> lines) throws IOException {
    this.file = file;
    this.lines = lines;
    this.aside = aside();
    this.position = fromNow ? size() : 0;
  }

  /** Where the older content of a log is: 1 is the latest. */
  static Path older(Path file, int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private Optional<Aside> aside() throws IOException {
    try {
      var read = Files.readAttributes(older(file, 1), BasicFileAttributes.class);
      Object key = read.fileKey();
      return Optional.of(new Aside(key == null ? read.creationTime() : key, read.size()));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  private long size() throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }

  /** Reads what has come since it was read last. */
  void read() throws IOException {
    Optional<Aside> now = aside();
    if (!now.equals(aside)) {
      long asideBytes = now.map(Aside::sizeBytes).orElse(0L);
      if (size() >= asideBytes && !beingPutAside) {
        beingPutAside = true;
        return;
      }
      readFrom(older(file, 1));
      aside = now;
      position = 0;
    } else if (size() < position) {
      position = 0;
    }
    beingPutAside = false;
    readFrom(file);
  }

  private void readFrom(Path from) throws IOException {
    try (FileChannel channel = FileChannel.open(from)) {
      channel.position(position);
      InputStream in = Channels.newInputStream(channel);
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int count; (count = in.read(chunk)) > 0; ) {
        position += count;
        take(chunk, count);
      }
    } catch (NoSuchFileException gone) {
      // Then nothing has come.
    }
  }

  private void take(byte[] chunk, int count) {
    int begun = 0;
    for (int i = 0; i < count; i++) {
      if (chunk[i] == '\n') {
        line.write(chunk, begun, i - begun);
        end();
        begun = i + 1;
      }
    }
    line.write(chunk, begun, count - begun);
  }

  private void end() {
    lines.accept(line.toString(StandardCharsets.UTF_8));
    line.reset();
  }

  /** Nothing more is read: what is left of a line that has not ended is one. */
  void finish() {
    if (line.size() > 0) {
      end();
    }
  }
}
