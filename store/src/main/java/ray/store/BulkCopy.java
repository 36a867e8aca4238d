package ray.store;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Copies of any size that disturb nobody else in the JVM, and run on several threads where that is
 * faster.
 *
 * <p>One copy is one native loop that no safepoint can interrupt: 800 MB into memory that was never
 * touched would hold up every garbage collection for seconds. So copies go in pieces. Several
 * threads help with untouched memory, where the time is spent in the kernel's page faults
 * (measured: twice as fast on two cores), and not with warm memory, where one thread takes most of
 * the bandwidth there is.
 *
 * <p>Pieces of warm memory are larger than the 2.5 MiB from which HotSpot, with AVX-512, writes
 * past the caches, so that what is written need not be read first (measured: 1 GiB in 0.11 s where
 * pieces of 2 MiB and less took 0.17 to 0.2 s).
 */
final class BulkCopy {
  /** Half a millisecond. */
  private static final long WARM_PIECE_BYTES = 4L << 20;

  /** Milliseconds, as the kernel has to find the pages. */
  private static final long UNTOUCHED_PIECE_BYTES = 1L << 20;

  /** Below this, starting threads costs more than it saves. */
  static final long PARALLEL_BYTES = 64L << 20;

  /** More threads than this only fight for the kernel's locks on the mapping. */
  private static final int MAX_THREADS = 4;

  private BulkCopy() {}

  /**
   * Copies all of the source to the start of the target, whose last bytes may be untouched.
   *
   * @throws StoreMemoryException if the target's pages are not to be had
   */
  static void copy(MemorySegment source, MemorySegment target, long untouchedBytes) {
    long size = source.byteSize();
    long warm = size - untouchedBytes;
    int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    copyRange(source, target, 0, warm, WARM_PIECE_BYTES);
    if (untouchedBytes < PARALLEL_BYTES || threads == 1) {
      copyRange(source, target, warm, size, UNTOUCHED_PIECE_BYTES);
    } else {
      copyInParallel(source, target, warm, size, threads);
    }
  }

  /** Copies between segments of equal size, both touched before, on this thread. */
  static void copy(MemorySegment source, MemorySegment target) {
    copyRange(source, target, 0, source.byteSize(), WARM_PIECE_BYTES);
  }

  private static void copyInParallel(
      MemorySegment source, MemorySegment target, long start, long size, int threads) {
    long piece = UNTOUCHED_PIECE_BYTES;
    long share = Math.ceilDiv(Math.ceilDiv(size - start, threads), piece) * piece;
    List<FutureTask<?>> others = new ArrayList<>();
    for (long from = start + share; from < size; from += share) {
      others.add(startCopy(source, target, from, Math.min(size, from + share)));
    }
    try {
      copyRange(source, target, start, Math.min(size, start + share), piece);
    } finally {
      // Even if this thread's share failed: nobody may write once this returns.
      others.forEach(BulkCopy::awaitEnd);
    }
    others.forEach(BulkCopy::throwFailure);
  }

  private static FutureTask<?> startCopy(
      MemorySegment source, MemorySegment target, long from, long end) {
    var task =
        new FutureTask<>(() -> copyRange(source, target, from, end, UNTOUCHED_PIECE_BYTES), null);
    Thread thread = Thread.ofPlatform().daemon().name("ray-store-copy").unstarted(task);
    if (source.isAccessibleBy(thread)) {
      thread.start();
    } else {
      task.run(); // memory of a confined arena
    }
    return task;
  }

  private static void awaitEnd(FutureTask<?> task) {
    boolean interrupted = false;
    while (!task.isDone()) {
      try {
        task.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        // thrown by throwFailure, once all have ended
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void throwFailure(FutureTask<?> task) {
    if (task.state() == Future.State.FAILED) {
      switch (task.exceptionNow()) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new StoreMemoryException("a copy into the store failed", e);
      }
    }
  }

  private static void copyRange(
      MemorySegment source, MemorySegment target, long from, long end, long piece) {
    try {
      for (long at = from; at < end; at += piece) {
        MemorySegment.copy(source, at, target, at, Math.min(piece, end - at));
      }
    } catch (InternalError e) {
      // What the JVM makes of a bus error in a mapped file.
      throw new StoreMemoryException(
          "The object store's memory is not there: others have used up the shared memory that was"
              + " free when the store was opened. Make room in /dev/shm, or make the store"
              + " smaller.",
          e);
    }
  }
}
