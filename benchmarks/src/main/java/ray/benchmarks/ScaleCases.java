package ray.benchmarks;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayOptions;
import ray.benchmarks.ScaleCase.Line;
import ray.processes.NodeClient;

/**
 * How far Ray goes: many arguments, results, objects, tasks and actors, deep nesting, a value of a
 * gibibyte, and the memory of a node that does nothing. Submitting and waiting are both in the
 * times.
 */
final class ScaleCases {
  /** The address of an embedded Ray. */
  static final String IN_THIS_JVM = "local";

  /** After this time a node that has nothing to do is at rest, with its next worker ready. */
  private static final long REST_MS = 5_000;

  private static final int REPEATED = 4;
  private static final int ONCE = 1;
  private static final int MANY = 10_000;
  private static final long LARGE_BYTES = 1L << 30;
  private static final int SMALL_BYTES = 128 << 10;
  private static final int VIEWS_BEFORE = 1_000;
  private static final double NS_PER_S = 1e9;

  private ScaleCases() {}

  static List<ScaleCase> all() {
    return List.of(
        new ScaleCase(
            List.of(Line.mebibytes("proportional memory when idle, one warm worker", 200)),
            ScaleCases::idle,
            ONCE),
        single(Line.seconds("10,000 refs as arguments of one task", 0.1), ScaleCases::arguments),
        single(Line.seconds("3,000 returns of one task", 0.02), ScaleCases::returns),
        single(Line.seconds("put and get of 10,000 objects", 0.1), ScaleCases::objects),
        queued("100,000 queued tasks", 100_000, 2),
        queued("1,000,000 queued tasks", 1_000_000, 20),
        single(Line.seconds("10 actors up"), () -> actors(10)),
        single(Line.seconds("40 actors up", 0.1), () -> actors(40)),
        single(Line.seconds("10,000 actors up", 2), () -> actors(MANY)),
        single(Line.seconds("nested tasks, 20 deep", 0.01), () -> nested(20)),
        single(Line.seconds("nested tasks, 1,000 deep", 0.5), () -> nested(1_000)),
        new ScaleCase(
            List.of(
                Line.seconds("put of 1 GiB into warm memory", 0.15),
                Line.seconds("get of a view of 1 GiB", 0.000_1)),
            options -> large(),
            REPEATED));
  }

  /** Of what runs Ray: this process, or the node's with its workers. */
  private static double[] idle(RayOptions options) throws IOException, InterruptedException {
    Thread.sleep(REST_MS);
    return new double[] {ProportionalMemory.mebibytesOfTree(pid(options))};
  }

  private static long pid(RayOptions options) throws IOException {
    if (options.address().equals(IN_THIS_JVM)) {
      return ProcessHandle.current().pid();
    }
    try (NodeClient node = NodeClient.connect(options.address())) {
      return node.status().pid();
    }
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  private static ScaleCase single(Line line, Work work) {
    return new ScaleCase(
        List.of(line),
        options -> {
          long startNs = System.nanoTime();
          work.run();
          return new double[] {secondsSince(startNs)};
        },
        REPEATED);
  }

  private static ScaleCase queued(String name, int tasks, double goalSeconds) {
    return new ScaleCase(
        List.of(Line.seconds(name + ": submitted"), Line.seconds(name + ": all done", goalSeconds)),
        options -> queued(tasks),
        REPEATED);
  }

  private static double secondsSince(long startNs) {
    return (System.nanoTime() - startNs) / NS_PER_S;
  }

  private static void arguments() {
    List<ObjectRef<Integer>> refs = puts();
    check(Ray.all(refs).get().size(), MANY);
  }

  private static void objects() {
    check(Ray.get(puts()).size(), MANY);
  }

  private static List<ObjectRef<Integer>> puts() {
    return IntStream.range(0, MANY).mapToObj(Ray::put).toList();
  }

  private static void returns() {
    List<ObjectRef<Integer>> refs =
        Ray.remoteMany(ScaleFunctions.RETURNS, ScaleFunctions::many).remote();
    check(Ray.get(refs).size(), ScaleFunctions.RETURNS);
  }

  private static double[] queued(int tasks) {
    var nothing = Ray.remote(ScaleFunctions::nothing);
    long startNs = System.nanoTime();
    List<ObjectRef<Integer>> refs = new ArrayList<>(tasks);
    for (int i = 0; i < tasks; i++) {
      refs.add(nothing.remote());
    }
    double submitted = secondsSince(startNs);
    check(Ray.get(refs).size(), tasks);
    double done = secondsSince(startNs);
    refs.forEach(ObjectRef::close); // or what follows would pay for finding a million dropped refs
    return new double[] {submitted, done};
  }

  private static void actors(int count) {
    List<ActorRef<ScaleFunctions.Small>> actors =
        IntStream.range(0, count)
            .mapToObj(i -> Ray.actor(ScaleFunctions.Small::new).remote())
            .toList();
    int up =
        Ray.get(actors.stream().map(actor -> actor.call(ScaleFunctions.Small::one)).toList())
            .stream()
            .mapToInt(Integer::intValue)
            .sum();
    check(up, count);
  }

  private static void nested(int depth) {
    check(Ray.remote(ScaleFunctions::chain).remote(depth).get(), depth);
  }

  /**
   * The program has put and viewed before, so that its code is warm, as the pages are that a value
   * was put into and that has been given up.
   */
  private static double[] large() {
    MemorySegment value = MemorySegment.ofArray(new long[(int) (LARGE_BYTES / Long.BYTES)]);
    MemorySegment small = MemorySegment.ofArray(new byte[SMALL_BYTES]);
    for (int i = 0; i < VIEWS_BEFORE; i++) {
      try (var ref = Ray.put(small)) {
        check(ref.get().byteSize(), SMALL_BYTES);
      }
    }
    Ray.put(value).close();
    long startNs = System.nanoTime();
    try (var ref = Ray.put(value)) {
      double put = secondsSince(startNs);
      startNs = System.nanoTime();
      MemorySegment view = ref.get();
      double get = secondsSince(startNs);
      check(view.byteSize(), LARGE_BYTES);
      return new double[] {put, get};
    }
  }

  private static void check(long got, long expected) {
    if (got != expected) {
      throw new IllegalStateException("got " + got + " where " + expected + " was to come");
    }
  }
}
