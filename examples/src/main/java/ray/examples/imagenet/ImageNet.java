package ray.examples.imagenet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.ObjectRef;
import ray.Ray;
import ray.Refs2;
import ray.examples.imagenet.tar.TarSource;

/**
 * Loads ImageNet-shaped tar files into the object store.
 *
 * <pre>{@code
 * var load = Ray.remote(ImageNet::loadTars);
 * List<ObjectRef<ImageBatch>> batches = load.remote("s3://bucket/train/", LoadOptions.defaults()).get();
 * ImageBatch first = batches.getFirst().get();    // uint8 [32, 256, 256, 3]
 * }</pre>
 */
public final class ImageNet {
  private ImageNet() {}

  /**
   * Loads all images of a place into batches, and returns refs to them. Meant to run as a task: the
   * batches then belong to its caller, and outlive it. The tars are read and decoded by tasks of
   * their own, on all cores; this blocks until each of them has been read, while the last batches
   * may still be decoded.
   *
   * <p>All batches stay in the object store until their refs are given up: a data set that is
   * larger has to be loaded in parts.
   *
   * @param place a folder of tar files, one tar file, {@code s3://bucket/prefix} (at the server
   *     that the environment's {@code AWS_ENDPOINT_URL_S3} names, if it does), or empty for the
   *     sample
   * @return refs to batches, in an order that may differ from run to run; what could not be loaded
   *     stands in the {@link ImageBatch#problems} of its batch
   * @throws IOException if there is no tar file at that place, or it can't be read
   * @throws ProblemFoundException if the load is strict and something could not be used
   */
  public static List<ObjectRef<ImageBatch>> loadTars(String place, LoadOptions options)
      throws IOException {
    return loadTars(TarSource.of(place, ""), options);
  }

  /** As {@link #loadTars(String, LoadOptions)}, from a source that is made already. */
  public static List<ObjectRef<ImageBatch>> loadTars(TarSource source, LoadOptions options)
      throws IOException {
    List<ObjectRef<ImageBatch>> batches = new ArrayList<>();
    List<ObjectRef<BatchReport>> pending = new ArrayList<>();
    int maxInFlight = BatchPipeline.maxInFlight(options);
    try (var pipeline = new BatchPipeline(source, source.list(), options)) {
      for (Refs2<ImageBatch, BatchReport> next = pipeline.next();
          next != null;
          next = pipeline.next()) {
        batches.add(next.first());
        pending.add(next.second());
        if (pending.size() == maxInFlight) {
          pending = check(pending, 1, options);
        }
      }
      if (options.strict()) {
        check(pending, pending.size(), options);
      }
    }
    return batches;
  }

  /** Waits for some reports, and returns those that are left. */
  private static List<ObjectRef<BatchReport>> check(
      List<ObjectRef<BatchReport>> pending, int count, LoadOptions options) {
    var waited = Ray.wait(pending, count);
    for (ObjectRef<BatchReport> ready : waited.ready()) {
      try (ready) {
        List<Problem> problems = ready.get().problems();
        if (options.strict() && !problems.isEmpty()) {
          throw new ProblemFoundException(problems.getFirst());
        }
      }
    }
    return new ArrayList<>(waited.pending());
  }
}
