package ray.examples.imagenet.tar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes tar files for tests. */
public final class Tars {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

  private Tars(Consumer<TarArchiveOutputStream> settings) {
    settings.accept(tar);
  }

  public static Tars tar() {
    return new Tars(tar -> tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_ERROR));
  }

  static Tars pax() {
    return new Tars(tar -> {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
    });
  }

  static Tars gnu() {
    return new Tars(tar -> tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU));
  }

  public Tars with(String name, byte[] data) {
    try {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(data.length);
      tar.putArchiveEntry(entry);
      tar.write(data);
      tar.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public byte[] bytes() {
    try {
      tar.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
