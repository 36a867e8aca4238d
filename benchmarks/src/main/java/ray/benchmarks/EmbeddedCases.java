package ray.benchmarks;

import java.util.List;
import java.util.stream.IntStream;
import ray.ObjectRef;
import ray.Ray;

/** Cases beyond Ray's own, for what an embedded Ray promises about speed and memory. */
final class EmbeddedCases {
  private static final int BATCH = 1_000;
  private static final int MANY_REFS = 10_000;

  private static final Case FRESH_COPY =
      new Case.Special(RawCopies.FRESH, new Goal.None(), RawCopies::fresh);
  private static final Case COPY_TO_HEAP =
      new Case.Special(RawCopies.TO_HEAP, new Goal.None(), RawCopies::toHeap);
  private static final Case GET_DOUBLES =
      new Case.Repeated(
          RawCopies.GET_DOUBLES,
          RayCases.LARGE_GIGABYTES,
          new Goal.ShareOf(0.9, RawCopies.TO_HEAP),
          ray -> RawCopies.getDoubles());

  private EmbeddedCases() {}

  /** Those of them that say something of a node too. */
  static List<Case> onNode() {
    return List.of(
        FRESH_COPY,
        new Case.Special(
            RawCopies.FRESH_PUT, new Goal.ShareOf(0.9, RawCopies.FRESH), RawCopies::freshPutOnNode),
        COPY_TO_HEAP,
        GET_DOUBLES);
  }

  static List<Case> all() {
    return List.of(
        new Case.Repeated(
            "put calls, refs closed", 1, new Goal.PerSecond(2_000_000), ray -> putAndClose()),
        new Case.Special(
            "put calls, refs dropped (heap constant)",
            new Goal.PerSecond(500_000),
            SteadyPuts::measure),
        new Case.Repeated(
            "tasks async, refs closed",
            BATCH,
            new Goal.PerSecond(1_000_000),
            ray -> tasksAndClose()),
        new Case.Repeated(
            "task with 10k refs as arguments", 1, new Goal.MedianMs(10), ray -> taskWithManyRefs()),
        FRESH_COPY,
        new Case.Special(
            RawCopies.FRESH_PUT, new Goal.ShareOf(0.9, RawCopies.FRESH), RawCopies::freshPut),
        COPY_TO_HEAP,
        GET_DOUBLES,
        new Case.Special("million queued tasks", new Goal.HeapAtMost(1024), MillionTasks::measure),
        new Case.Special("million idle actors", new Goal.HeapAtMost(2048), MillionActors::measure),
        new Case.Special(
            "Hello as a whole process", new Goal.MedianMs(500), HelloProcess::compiled),
        new Case.Special(
            "Hello as a whole process, from source", new Goal.None(), HelloProcess::ofSource));
  }

  private static Work putAndClose() {
    return (Work.Single)
        () -> {
          ObjectRef<Integer> ref = Ray.put(0);
          ref.close();
          return ref;
        };
  }

  private static Work tasksAndClose() {
    var smallValue = Ray.remote(Functions::smallValue);
    return (Work.Batch)
        latencies -> latencies.add(Batches.getAllAndClose(BATCH, i -> smallValue.remote()));
  }

  private static Work taskWithManyRefs() {
    List<ObjectRef<Integer>> refs = IntStream.range(0, MANY_REFS).mapToObj(Ray::put).toList();
    return (Work.Single)
        () -> {
          List<Integer> values = Ray.all(refs).get();
          if (values.size() != MANY_REFS || values.get(MANY_REFS - 1) != MANY_REFS - 1) {
            throw new IllegalStateException("the task got the wrong values");
          }
          return values;
        };
  }
}
