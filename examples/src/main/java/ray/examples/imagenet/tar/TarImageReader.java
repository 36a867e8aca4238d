package ray.examples.imagenet.tar;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import ray.examples.imagenet.tar.DamagedTarException.Kind;

/**
 * The images of one tar file, one after the other, as they stream by: nothing but the current image
 * is in memory. Tars within the tar (as in ImageNet's own {@code ILSVRC2012_img_train.tar}) are
 * read as if their entries were its own. Entries that are no images by their name are passed over.
 * Not thread-safe.
 */
public final class TarImageReader implements Closeable {
  /** No image is longer; a header that says so is damaged. */
  static final int MAX_IMAGE_BYTES = 64 << 20;

  /** Tars within tars within tars: one level is what there is, more would be somebody's trap. */
  private static final int MAX_DEPTH = 4;

  private static final int BUFFER_BYTES = 128 << 10;
  private static final int BLOCK_BYTES = 512;
  private static final Pattern IMAGE_NAME = Pattern.compile(".*\\.(jpe?g|png)");
  private static final Pattern LABEL_OF_IMAGE = Pattern.compile("(n\\d{8})_.*");

  private final String tarName;
  private final WatchedInputStream watched;
  private final Deque<TarArchiveInputStream> open = new ArrayDeque<>();
  private final Deque<String> names = new ArrayDeque<>();
  private long images;

  /** Reads a tar from a stream, which this closes. */
  public TarImageReader(String tarName, InputStream in) {
    this.tarName = tarName;
    this.watched = new WatchedInputStream(in);
    enter(tarName, new BufferedInputStream(watched, BUFFER_BYTES));
  }

  private void enter(String name, InputStream in) {
    open.push(new TarArchiveInputStream(in, StandardCharsets.UTF_8.name()));
    names.push(name);
  }

  /**
   * The next image, or null after the last.
   *
   * @throws DamagedTarException if what follows can't be read, or the tar held no image
   * @throws IOException if reading fails for reasons that are not the tar's
   */
  public @Nullable TarImage next() throws IOException {
    try {
      TarImage image = nextImage();
      if (image == null) {
        checkEnd();
      } else {
        images++;
      }
      return image;
    } catch (DamagedTarException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw explain(e);
    }
  }

  private @Nullable TarImage nextImage() throws IOException {
    while (true) {
      TarArchiveEntry entry = open.element().getNextEntry();
      if (entry == null) {
        if (open.size() == 1) {
          return null;
        }
        open.pop();
        names.pop();
      } else if (entry.isFile() && isTar(entry)) {
        enter(lastPart(entry.getName()), open.element());
      } else if (entry.isFile() && isImage(entry)) {
        return new TarImage(entry.getName(), labelOf(entry.getName()), read(entry));
      }
    }
  }

  private boolean isTar(TarArchiveEntry entry) throws IOException {
    boolean tar = entry.getName().endsWith(".tar");
    if (tar && open.size() == MAX_DEPTH) {
      throw new DamagedTarException(
          Kind.DAMAGED, "%s lies %d tars deep".formatted(entry.getName(), MAX_DEPTH));
    }
    return tar;
  }

  /** Hidden files are none: macOS puts a {@code ._x.JPEG} beside each {@code x.JPEG}. */
  private static boolean isImage(TarArchiveEntry entry) {
    String name = lastPart(entry.getName());
    return !name.startsWith(".") && IMAGE_NAME.matcher(name.toLowerCase(Locale.ROOT)).matches();
  }

  private byte[] read(TarArchiveEntry entry) throws IOException {
    if (entry.getSize() > MAX_IMAGE_BYTES) {
      throw new DamagedTarException(
          Kind.DAMAGED,
          "%s is said to have %,d bytes; no image has more than %,d"
              .formatted(entry.getName(), entry.getSize(), MAX_IMAGE_BYTES));
    }
    byte[] data = new byte[(int) entry.getSize()];
    int count = open.element().readNBytes(data, 0, data.length);
    if (count < data.length) {
      throw cutShort("in the middle of " + entry.getName());
    }
    return data;
  }

  /** ImageNet's names say it; else the folder within the tar; else the tar itself. */
  private String labelOf(String entryName) {
    String file = lastPart(entryName);
    Matcher matcher = LABEL_OF_IMAGE.matcher(file);
    if (matcher.matches()) {
      return matcher.group(1);
    }
    String folder = entryName.substring(0, entryName.length() - file.length());
    if (!folder.isEmpty() && !folder.equals("./")) {
      return lastPart(folder.substring(0, folder.length() - 1));
    }
    String tar = names.element();
    return tar.endsWith(".tar") ? tar.substring(0, tar.length() - ".tar".length()) : tar;
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private void checkEnd() throws IOException {
    if (watched.trailingZeros() < BLOCK_BYTES && watched.count() > 0) {
      throw cutShort("after image %d: the blocks that mark its end are missing".formatted(images));
    }
    if (images == 0) {
      throw new DamagedTarException(Kind.EMPTY, "it holds no image");
    }
  }

  private IOException explain(Exception e) {
    if (Thread.currentThread().isInterrupted()) {
      return new IOException("reading %s was interrupted".formatted(tarName), e);
    }
    if (watched.isAtEnd()) {
      return cutShort("after image %d".formatted(images));
    }
    if (e instanceof IOException failure && !isAboutTheTar(failure)) {
      return failure;
    }
    return new DamagedTarException(
        Kind.DAMAGED,
        "it is no tar file, or damaged, at byte %,d: %s"
            .formatted(watched.count(), e.getMessage()));
  }

  /**
   * The tar library's own exceptions have no cause of another kind and are thrown from its classes.
   */
  private static boolean isAboutTheTar(IOException e) {
    StackTraceElement[] stack = e.getStackTrace();
    return stack.length > 0 && stack[0].getClassName().startsWith("org.apache.commons.compress");
  }

  private DamagedTarException cutShort(String where) {
    return new DamagedTarException(
        Kind.CUT_SHORT, "it is cut short, %s (byte %,d)".formatted(where, watched.count()));
  }

  /** How much of the tar was read. */
  public long bytesRead() {
    return watched.count();
  }

  @Override
  public void close() throws IOException {
    watched.close();
  }
}
