package ray.examples.imagenet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import ray.examples.imagenet.tar.DamagedTarException;
import ray.examples.imagenet.tar.TarFile;
import ray.examples.imagenet.tar.TarImage;
import ray.examples.imagenet.tar.TarImageReader;
import ray.examples.imagenet.tar.TarSource;

/**
 * Reads a tar as a sequence of batches: what the reading task yields. A tar that can't be read is a
 * problem in the last batch, never an exception, as the other tars go on. Not thread-safe.
 */
final class RawBatches implements Iterator<RawBatch>, AutoCloseable {
  /** A batch is full at this size whatever its number of images, so that memory has a bound. */
  private static final int MAX_BYTES = 4 << 20;

  private final TarSource source;
  private final TarFile tar;
  private final int imagesPerBatch;
  private @Nullable TarImageReader reader;
  private long bytesReported;
  private boolean done;

  RawBatches(TarSource source, TarFile tar, int imagesPerBatch) {
    this.source = source;
    this.tar = tar;
    this.imagesPerBatch = imagesPerBatch;
  }

  @Override
  public boolean hasNext() {
    return !done;
  }

  @Override
  public RawBatch next() {
    if (done) {
      throw new NoSuchElementException();
    }
    var names = new ArrayList<String>();
    var labels = new ArrayList<String>();
    var ends = new ArrayList<Integer>();
    var data = new ByteArrayOutputStream();
    List<Problem> problems = List.of();
    try {
      while (ends.size() < imagesPerBatch && data.size() < MAX_BYTES) {
        TarImage image = nextImage();
        if (image == null) {
          done = true;
          break;
        }
        names.add(image.name());
        labels.add(image.label());
        data.writeBytes(image.data());
        ends.add(data.size());
      }
    } catch (IOException e) {
      done = true;
      problems = List.of(problem(e));
    }
    long bytes = bytesSinceLast();
    if (done) {
      close();
    }
    return new RawBatch(
        tar.name(),
        List.copyOf(names),
        List.copyOf(labels),
        ends.stream().mapToInt(Integer::intValue).toArray(),
        data.toByteArray(),
        problems,
        bytes);
  }

  private @Nullable TarImage nextImage() throws IOException {
    if (reader == null) {
      reader = new TarImageReader(tar.name(), source.open(tar));
    }
    return reader.next();
  }

  private Problem problem(IOException e) {
    Problem.Kind kind =
        switch (e) {
          case DamagedTarException damaged ->
              switch (damaged.kind()) {
                case EMPTY -> Problem.Kind.EMPTY_TAR;
                case CUT_SHORT -> Problem.Kind.TRUNCATED_TAR;
                case DAMAGED -> Problem.Kind.UNREADABLE_TAR;
              };
          default -> Problem.Kind.UNREADABLE_TAR;
        };
    String message = e.getMessage();
    return new Problem(kind, tar.name(), "", message == null ? e.toString() : message);
  }

  /** At the end, all of the tar counts as read, so that progress adds up to the whole. */
  private long bytesSinceLast() {
    long read = done ? tar.sizeBytes() : reader == null ? 0 : reader.bytesRead();
    long since = Math.max(0, read - bytesReported);
    bytesReported += since;
    return since;
  }

  @Override
  public void close() {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException alreadyRead) {
        // what was wanted of it has been read
      }
    }
  }
}
