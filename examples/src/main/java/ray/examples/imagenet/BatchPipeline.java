package ray.examples.imagenet;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.NodeInfo;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.Ray;
import ray.Refs2;
import ray.RemoteFunction2;
import ray.RemoteFunction3;
import ray.Resources;
import ray.examples.imagenet.tar.TarFile;
import ray.examples.imagenet.tar.TarSource;

/**
 * The tasks that make batches out of tars. A generator task reads each tar and yields batches of
 * undecoded images; a task decodes each of those. So one huge tar keeps all cores busy, as reading
 * is two orders of magnitude faster than decoding; and of a thousand small ones a few are read at a
 * time. Whoever takes batches decides how many are on their way: nothing is read far ahead of them.
 * Not thread-safe.
 */
final class BatchPipeline implements AutoCloseable {
  /** Tars that are read at the same time, to overlap the waits for a disk or a network. */
  private static final int OPEN_TARS = 4;

  /** Batches that a tar is read ahead; those of {@link #OPEN_TARS} together stay below 50 MB. */
  private static final int READ_AHEAD = 2;

  /**
   * The rest of the store is for what is read ahead, and for what the collector has yet to free.
   */
  private static final int SHARE_OF_BATCHES = 3;

  private final RemoteFunction3<TarSource, TarFile, Integer, ObjectRefStream<RawBatch>> read =
      Ray.remote(ImageNetTasks::read).name("read tar").cpus(0).backpressure(READ_AHEAD);
  private final RemoteFunction2<RawBatch, LoadOptions, Refs2<ImageBatch, BatchReport>> decode =
      Ray.remote(ImageNetTasks::decode).name("decode images");

  private final TarSource source;
  private final LoadOptions options;
  private final Iterator<TarFile> unopened;
  private final Deque<ObjectRefStream<RawBatch>> open = new ArrayDeque<>();

  BatchPipeline(TarSource source, List<TarFile> tars, LoadOptions options) {
    this.source = source;
    this.options = options;
    this.unopened = tars.iterator();
  }

  /** What each batch on its way can have in the store besides: its sum, or two being added. */
  private static final int SUMS_A_BATCH = 2;

  /**
   * How many batches to have on their way: two a core keep it busy while results are looked at, but
   * no more than fit the object store along with what is read ahead and with the sums.
   *
   * @throws IllegalArgumentException if not even one fits
   */
  static int maxInFlight(LoadOptions options) {
    long cpus = (long) Math.ceil(Ray.clusterResources().amount(Resources.CPU));
    long storeBytes = Ray.nodes().stream().mapToLong(NodeInfo::objectStoreBytes).sum();
    long sumBytes = options.bytesPerImage() * Long.BYTES;
    long treeBytes = SumTree.MAX_LEVELS * sumBytes;
    long bytesInFlight = SHARE_OF_BATCHES * options.batchBytes() + SUMS_A_BATCH * sumBytes;
    long fitting = (storeBytes - treeBytes) / bytesInFlight;
    if (fitting < 1) {
      long needed = treeBytes + bytesInFlight;
      throw new IllegalArgumentException(
          ("an object store of %d MiB is too small for batches of %d images of %d x %d: it takes"
                  + " %d MiB, or smaller images")
              .formatted(
                  storeBytes >> 20,
                  options.imagesPerBatch(),
                  options.size(),
                  options.size(),
                  Math.ceilDiv(needed, 1 << 20)));
    }
    return (int) Math.min(2 * cpus + 2, fitting);
  }

  /**
   * Submits the next batch, and returns the refs to it and to its report; null if there is none.
   */
  @Nullable Refs2<ImageBatch, BatchReport> next() {
    for (openTars(); !open.isEmpty(); openTars()) {
      ObjectRefStream<RawBatch> tar = open.removeFirst();
      if (tar.hasNext()) {
        open.addLast(tar);
        try (ObjectRef<RawBatch> raw = tar.next()) {
          return decode.remote(raw, options);
        }
      }
      tar.close();
    }
    return null;
  }

  private void openTars() {
    while (open.size() < OPEN_TARS && unopened.hasNext()) {
      open.addLast(read.remote(source, unopened.next(), options.imagesPerBatch()));
    }
  }

  @Override
  public void close() {
    open.forEach(ObjectRefStream::close);
    open.clear();
  }
}
