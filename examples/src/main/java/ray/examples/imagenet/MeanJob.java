package ray.examples.imagenet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ObjectRef;
import ray.Ray;
import ray.Refs2;
import ray.RemoteFunction1;
import ray.WaitResult;
import ray.examples.imagenet.tar.TarFile;
import ray.examples.imagenet.tar.TarSource;

/**
 * The main job: makes batches of a data set, counts its classes and sums its pixels. A bounded
 * number of batches is on its way; each is dropped as soon as it is summed, unless it is asked to
 * be kept, so the data set may be larger than memory. Needs Ray to be started. Not thread-safe;
 * runs once.
 */
final class MeanJob {
  private final RemoteFunction1<ImageBatch, ObjectRef<PixelSum>> sum =
      Ray.remote(ImageNetTasks::sum).name("sum images");

  private final LoadOptions options;
  private final Consumer<BatchReport> onReport;
  private final boolean keepBatches;
  private final List<ObjectRef<ImageBatch>> kept = new ArrayList<>();
  private final SumTree sums = new SumTree();

  /** The sums on their way, of batches and of other sums. */
  private final Map<ObjectRef<PixelSum>, Coming> inFlight = new LinkedHashMap<>();

  /**
   * A sum to come.
   *
   * @param level its place in the tree of sums
   * @param report of the batch that it is the sum of; null for a sum of sums
   */
  private record Coming(int level, @Nullable ObjectRef<BatchReport> report) {}

  /**
   * Prepares.
   *
   * @param onReport is told of each batch, in this job's thread
   * @param keepBatches whether all batches stay in the store, to be had from {@link #batches}
   */
  MeanJob(LoadOptions options, Consumer<BatchReport> onReport, boolean keepBatches) {
    this.options = options;
    this.onReport = onReport;
    this.keepBatches = keepBatches;
  }

  /** Runs, and returns the sum of all images. */
  PixelSum run(TarSource source, List<TarFile> tars) {
    int maxInFlight = BatchPipeline.maxInFlight(options);
    try (var pipeline = new BatchPipeline(source, tars, options)) {
      for (Refs2<ImageBatch, BatchReport> next = pipeline.next();
          next != null;
          next = pipeline.next()) {
        submit(next);
        while (inFlight.size() >= maxInFlight) {
          awaitOne();
        }
      }
      while (!inFlight.isEmpty()) {
        awaitOne();
      }
    }
    return total();
  }

  private void submit(Refs2<ImageBatch, BatchReport> decoded) {
    ObjectRef<ImageBatch> batch = decoded.first();
    inFlight.put(sum.remote(batch), new Coming(0, decoded.second()));
    if (keepBatches) {
      kept.add(batch);
    } else {
      batch.close();
    }
  }

  private void awaitOne() {
    WaitResult<PixelSum> waited = Ray.wait(List.copyOf(inFlight.keySet()));
    for (ObjectRef<PixelSum> ready : waited.ready()) {
      Coming come = Objects.requireNonNull(inFlight.remove(ready));
      if (come.report() != null) {
        take(come.report());
      }
      ObjectRef<PixelSum> joined = sums.add(ready, come.level());
      if (joined != null) {
        inFlight.put(joined, new Coming(come.level() + 1, null));
      }
    }
  }

  private void take(ObjectRef<BatchReport> ready) {
    try (ready) {
      BatchReport report = ready.get();
      onReport.accept(report);
      if (options.strict() && !report.problems().isEmpty()) {
        throw new ProblemFoundException(report.problems().getFirst());
      }
    }
  }

  private PixelSum total() {
    @Nullable ObjectRef<PixelSum> total = sums.total().orElse(null);
    if (total == null) {
      return PixelSum.zero(options.size() * options.size() * ImageBatch.CHANNELS);
    }
    try (total) {
      return total.get();
    }
  }

  /** The batches, if they were to be kept. */
  List<ObjectRef<ImageBatch>> batches() {
    return List.copyOf(kept);
  }
}
