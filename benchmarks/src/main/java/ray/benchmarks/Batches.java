package ray.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import ray.ObjectRef;
import ray.Ray;

/** Calls that are all submitted before the first result is read. */
final class Batches {
  private Batches() {}

  /**
   * Submits so many calls, then gets all their results, and returns how long a random one of them
   * took in nanoseconds, from before its call until it was read.
   */
  static <T extends @Nullable Object> long getAll(int count, IntFunction<ObjectRef<T>> call) {
    return getAll(submit(count, call));
  }

  /** The same, and gives all refs up at the end. */
  static <T extends @Nullable Object> long getAllAndClose(
      int count, IntFunction<ObjectRef<T>> call) {
    Submitted<T> submitted = submit(count, call);
    long latencyNs = getAll(submitted);
    submitted.refs.forEach(ObjectRef::close);
    return latencyNs;
  }

  private record Submitted<T extends @Nullable Object>(
      List<ObjectRef<T>> refs, int sampled, long sampledAtNs) {}

  private static <T extends @Nullable Object> Submitted<T> submit(
      int count, IntFunction<ObjectRef<T>> call) {
    int sampled = ThreadLocalRandom.current().nextInt(count);
    long sampledAtNs = 0;
    List<ObjectRef<T>> refs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (i == sampled) {
        sampledAtNs = System.nanoTime();
      }
      refs.add(call.apply(i));
    }
    return new Submitted<>(refs, sampled, sampledAtNs);
  }

  private static <T extends @Nullable Object> long getAll(Submitted<T> submitted) {
    List<ObjectRef<T>> refs = submitted.refs;
    int next = submitted.sampled + 1;
    int read = Ray.get(refs.subList(0, next)).size();
    long latencyNs = System.nanoTime() - submitted.sampledAtNs;
    if (next < refs.size()) {
      read += Ray.get(refs.subList(next, refs.size())).size();
    }
    if (read != refs.size()) {
      throw new IllegalStateException("got " + read + " values of " + refs.size() + " refs");
    }
    return latencyNs;
  }
}
