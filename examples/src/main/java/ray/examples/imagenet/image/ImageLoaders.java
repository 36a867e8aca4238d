package ray.examples.imagenet.image;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A pool of loaders of one JVM, as many as its cores: a task borrows one for a batch. Thread-safe.
 */
public final class ImageLoaders {
  /** More are made when more tasks decode at once; those beyond are left to the collector. */
  private static final BlockingQueue<ImageLoader> IDLE =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  private ImageLoaders() {}

  /** A task's work with a loader. */
  @FunctionalInterface
  public interface Work<R> {
    /** Does it. */
    R with(ImageLoader loader) throws InterruptedException;
  }

  /**
   * Lends a loader for images of {@code size} by {@code size} for the time of the work.
   *
   * @param exact whether pixels are to be Pillow's
   */
  public static <R> R lend(int size, boolean exact, Work<R> work) throws InterruptedException {
    ImageLoader idle = IDLE.poll();
    ImageLoader loader =
        idle != null && idle.makes(size, exact)
            ? idle
            : new ImageLoader(size, exact, JpegDecoders.create());
    R result = work.with(loader);
    boolean _ = IDLE.offer(loader);
    return result;
  }
}
