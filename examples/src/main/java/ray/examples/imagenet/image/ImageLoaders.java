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

  /** Lends a loader for images of {@code size} by {@code size} for the time of the work. */
  public static <R> R lend(int size, Work<R> work) throws InterruptedException {
    ImageLoader idle = IDLE.poll();
    ImageLoader loader =
        idle != null && idle.size() == size ? idle : new ImageLoader(size, JpegDecoders.create());
    R result = work.with(loader);
    boolean _ = IDLE.offer(loader);
    return result;
  }
}
