package ray.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.Resources;

/**
 * A million tasks that wait behind tasks that hold all CPUs, in a heap of 1 GiB: what they need
 * while they wait, and how long it takes to submit and run them.
 */
final class MillionTasks {
  private static final int TASKS = 1_000_000;
  private static final int HEAP_MIB = 1024;
  private static final CountDownLatch GATE = new CountDownLatch(1);

  private MillionTasks() {}

  static Result measure(String name, Timing timing) throws Exception {
    String[] words = ChildJvm.withHeap(HEAP_MIB, MillionTasks.class, TASKS).run().split(" ");
    Population measured = Population.parse(words);
    return measured.result(name, TASKS, "task");
  }

  private static boolean holdCpu() throws InterruptedException {
    GATE.await();
    return true;
  }

  /** In a JVM of its own. */
  public static void main(String[] arguments) throws InterruptedException {
    int count = Integer.parseInt(arguments[0]);
    try (RayInstance ray = Ray.init()) {
      long startBytes = Population.liveHeapBytes();
      Ray.remote(MillionTasks::holdCpu).cpus(ray.clusterResources().amount(Resources.CPU)).remote();
      var smallValue = Ray.remote(Functions::smallValue);
      long startNs = System.nanoTime();
      List<ObjectRef<String>> refs = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        refs.add(smallValue.remote());
      }
      long submitNs = System.nanoTime() - startNs;
      long liveBytes = Population.liveHeapBytes() - startBytes;
      long resumedNs = System.nanoTime();
      GATE.countDown();
      for (ObjectRef<String> ref : refs) {
        if (!ref.get().equals(Functions.OK)) {
          throw new IllegalStateException("a task returned something else");
        }
      }
      long runNs = System.nanoTime() - resumedNs;
      System.out.println(new Population(submitNs, runNs, liveBytes).line());
    }
  }
}
