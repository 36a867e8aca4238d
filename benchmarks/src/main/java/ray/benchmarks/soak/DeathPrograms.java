package ray.benchmarks.soak;

import static ray.benchmarks.soak.Trial.RETRIES;

import java.util.ArrayList;
import java.util.List;
import ray.ObjectRef;
import ray.Ray;
import ray.WorkerDiedException;

/** Programs one of whose tasks does its process harm; its neighbours run again. */
final class DeathPrograms {
  private static final int SMALL_HEAP_MIB = 96;

  private DeathPrograms() {}

  private static List<ObjectRef<Integer>> neighbours(Trial trial) {
    int count = trial.upTo(5);
    trial.tasks(count);
    var sleepy = Ray.remote(FaultPrograms::sleepy).retries(RETRIES);
    List<ObjectRef<Integer>> neighbours = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      neighbours.add(sleepy.remote(i, trial.random.nextLong(3_000)));
    }
    return neighbours;
  }

  private static void check(Trial trial, List<ObjectRef<Integer>> neighbours) {
    for (int i = 0; i < neighbours.size(); i++) {
      trial.check("a neighbour", i, trial.get(neighbours.get(i)));
    }
  }

  // ---- deaths

  static int exitsOnce(int value) {
    if (Ray.context().attempt() == 1) {
      System.exit(3);
    }
    return value;
  }

  static void exits(Trial trial) {
    int value = trial.random.nextInt();
    trial.tasks(1);
    List<ObjectRef<Integer>> neighbours = neighbours(trial);
    trial.strike(
        Fault.EXIT,
        () ->
            trial.check(
                "what a task returns after it called System.exit",
                value,
                trial.get(Ray.remote(DeathPrograms::exitsOnce).retries(RETRIES).remote(value))));
    check(trial, neighbours);
  }

  static int haltsOnce(int value) {
    if (Ray.context().attempt() == 1) {
      Runtime.getRuntime().halt(9);
    }
    return value;
  }

  static void isolated(Trial trial) {
    int value = trial.random.nextInt();
    trial.tasks(1);
    List<ObjectRef<Integer>> neighbours = neighbours(trial);
    trial.strike(
        Fault.KILLED_ISOLATED,
        () ->
            trial.check(
                "what an isolated task returns after its process was halted",
                value,
                trial.get(
                    Ray.remote(DeathPrograms::haltsOnce)
                        .isolated()
                        .retries(RETRIES)
                        .remote(value))));
    check(trial, neighbours);
  }

  // ---- errors

  static int deep(int depth) {
    return depth < 0 ? depth : 1 + deep(depth + 1);
  }

  static void overflows(Trial trial) {
    trial.tasks(1);
    List<ObjectRef<Integer>> neighbours = neighbours(trial);
    trial.strike(
        Fault.STACK_OVERFLOW,
        () ->
            expect(
                trial,
                StackOverflowError.class,
                Ray.remote(DeathPrograms::deep).retries(RETRIES).remote(0)));
    check(trial, neighbours);
  }

  static int fills() {
    List<byte[]> all = new ArrayList<>();
    while (all.size() < Integer.MAX_VALUE) {
      all.add(new byte[1 << 18]);
    }
    return all.size();
  }

  static int twice(int value) {
    return 2 * value;
  }

  /** In a worker with a small heap, as the machine's memory is not to be filled. */
  static void exhausts(Trial trial) {
    trial.tasks(2);
    String heap = "-Xmx" + SMALL_HEAP_MIB + "m";
    List<ObjectRef<Integer>> neighbours = neighbours(trial);
    trial.strike(
        Fault.OUT_OF_MEMORY,
        () -> {
          try {
            expect(
                trial,
                OutOfMemoryError.class,
                Ray.remote(DeathPrograms::fills).jvmOptions(heap).retries(1).remote());
          } catch (WorkerDiedException died) {
            // What else ran in that JVM had no memory either; its programs are told.
          }
        });
    trial.check(
        "a task in a worker whose heap was full",
        14,
        trial.get(Ray.remote(DeathPrograms::twice).jvmOptions(heap).retries(RETRIES).remote(7)));
    check(trial, neighbours);
  }

  private static void expect(Trial trial, Class<? extends Error> error, ObjectRef<Integer> ref) {
    try {
      trial.check("what has failed", "nothing", trial.get(ref));
    } catch (OutOfMemoryError | StackOverflowError e) {
      trial.check("why it has failed", error, e.getClass());
    }
  }
}
