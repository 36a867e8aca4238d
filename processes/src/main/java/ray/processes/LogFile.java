package ray.processes;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** A log of this process, within its limits. Thread-safe. */
final class LogFile extends OutputStream {
  private final OutputStream file;
  private final LogRotation rotation;

  /** Appends to this file. */
  LogFile(Path path, LogLimits limits) throws IOException {
    this.file = new FileOutputStream(path.toFile(), true);
    this.rotation = new LogRotation(path, limits);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    file.write(bytes, from, length);
    rotation.wrote(length);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
