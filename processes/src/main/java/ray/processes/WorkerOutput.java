package ray.processes;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What the code of a job prints in a worker: goes to the worker's own file, and line by line to the
 * program's console. Thread-safe.
 */
final class WorkerOutput extends OutputStream {
  /** A longer line goes on as another. */
  private static final int MAX_LINE_BYTES = 16 * 1024;

  private final PrintStream file;
  private final boolean isError;
  private final BiConsumer<String, Boolean> lines;
  private final LogRotation rotation;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long unflushedBytes;

  private WorkerOutput(
      PrintStream file, boolean isError, BiConsumer<String, Boolean> lines, LogRotation rotation) {
    this.file = file;
    this.rotation = rotation;
    this.isError = isError;
    this.lines = lines;
  }

  /**
   * Replaces the streams of this JVM.
   *
   * @param lines takes each line, on the thread that ends it, and whether it is one of the error
   *     stream
   * @param rotations bounds the file of the error stream, or of the other
   */
  static void install(BiConsumer<String, Boolean> lines, Function<Boolean, LogRotation> rotations) {
    System.setOut(stream(new WorkerOutput(System.out, false, lines, rotations.apply(false))));
    System.setErr(stream(new WorkerOutput(System.err, true, lines, rotations.apply(true))));
  }

  private static PrintStream stream(WorkerOutput to) {
    return new PrintStream(to, false, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    file.write(bytes, from, length);
    unflushedBytes += length;
    for (int i = from; i < from + length; i++) {
      if (bytes[i] == '\n') {
        end();
      } else {
        line.write(bytes[i]);
        if (line.size() >= MAX_LINE_BYTES) {
          end();
        }
      }
    }
  }

  private void end() {
    flush();
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    lines.accept(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text, isError);
  }

  @Override
  public synchronized void flush() {
    file.flush();
    rotation.wrote(unflushedBytes);
    unflushedBytes = 0;
  }
}
