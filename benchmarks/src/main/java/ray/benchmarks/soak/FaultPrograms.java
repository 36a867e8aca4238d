package ray.benchmarks.soak;

import static ray.benchmarks.soak.Trial.RETRIES;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import ray.ObjectRef;
import ray.Ray;
import ray.TaskCancelledException;
import ray.WaitResult;

/** Programs that wait, cancel, and fail. */
final class FaultPrograms {
  private static final long LONG_MS = 600_000;

  private FaultPrograms() {}

  /** What programs fail with. */
  static final class SoakException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SoakException(String message) {
      super(message);
    }
  }

  // ---- waits

  static int sleepy(int value, long micros) throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep(micros);
    return value;
  }

  static void waits(Trial trial) {
    int count = trial.upTo(20);
    trial.tasks(count);
    var sleepy = Ray.remote(FaultPrograms::sleepy).retries(RETRIES);
    List<ObjectRef<Integer>> refs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      refs.add(sleepy.remote(i, trial.random.nextLong(3_000)));
    }
    if (trial.random.nextBoolean()) {
      Set<Integer> seen = new HashSet<>();
      for (ObjectRef<Integer> ref : Ray.asCompleted(refs)) {
        seen.add(trial.get(ref));
      }
      trial.check("how many completed", count, seen.size());
      return;
    }
    List<ObjectRef<Integer>> pending = refs;
    int seen = 0;
    while (!pending.isEmpty()) {
      int wanted = trial.upTo(pending.size());
      WaitResult<Integer> result = Ray.wait(pending, wanted, Trial.PATIENCE);
      trial.check("how many are ready", true, result.ready().size() >= wanted);
      trial.check(
          "ready and pending", pending.size(), result.ready().size() + result.pending().size());
      for (ObjectRef<Integer> ref : result.ready()) {
        trial.check("the value of one that is ready", refs.indexOf(ref), ref.get(Duration.ZERO));
        seen++;
      }
      pending = result.pending();
    }
    trial.check("how many were ready", count, seen);
  }

  // ---- cancels

  static int stuck() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(LONG_MS);
    return -1;
  }

  static int parentOfStuck() {
    return Ray.remote(FaultPrograms::stuck).retries(RETRIES).remote().get();
  }

  static void cancels(Trial trial) throws InterruptedException {
    int count = trial.upTo(6);
    trial.tasks(2 * count);
    var sleepy = Ray.remote(FaultPrograms::sleepy).retries(RETRIES);
    List<ObjectRef<Integer>> others = new ArrayList<>();
    List<ObjectRef<Integer>> cancelled = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      cancelled.add(
          trial.random.nextInt(3) == 0
              ? Ray.remote(FaultPrograms::parentOfStuck).retries(RETRIES).remote()
              : Ray.remote(FaultPrograms::stuck).retries(RETRIES).remote());
      others.add(sleepy.remote(i, 100L));
    }
    TimeUnit.MILLISECONDS.sleep(trial.random.nextInt(10));
    for (ObjectRef<Integer> ref : cancelled) {
      Ray.cancel(ref, true);
    }
    for (ObjectRef<Integer> ref : cancelled) {
      try {
        trial.check("what was cancelled", "nothing", trial.get(ref));
      } catch (TaskCancelledException expected) {
        // as it is to be
      }
    }
    for (int i = 0; i < count; i++) {
      trial.check("a task beside cancelled ones", i, trial.get(others.get(i)));
    }
  }

  // ---- failures

  static int fails(String message) {
    throw new SoakException(message);
  }

  static int takes(int value) {
    return value;
  }

  static int failsBelow(String message, int depth) {
    return depth == 0
        ? fails(message)
        : Ray.remote(FaultPrograms::failsBelow).retries(RETRIES).remote(message, depth - 1).get();
  }

  static void failures(Trial trial) {
    String message = "failure " + trial.random.nextInt(1_000_000);
    int depth = trial.random.nextInt(4);
    trial.tasks(depth + 3);
    ObjectRef<Integer> failed =
        Ray.remote(FaultPrograms::failsBelow).retries(RETRIES).remote(message, depth);
    var takes = Ray.remote(FaultPrograms::takes).retries(RETRIES);
    for (ObjectRef<Integer> ref : List.of(failed, takes.remote(failed))) {
      try {
        trial.check("a failure", "nothing", trial.get(ref));
      } catch (SoakException expected) {
        trial.check("a failure's message", message, expected.getMessage());
      }
    }
    trial.check("a task after a failure", 5, trial.get(takes.remote(5)));
  }

  static int succeedsAt(int attempt) {
    int now = Ray.context().attempt();
    if (now < attempt) {
      throw new SoakException("attempt " + now);
    }
    return now;
  }

  static void retries(Trial trial) {
    int attempt = trial.upTo(4);
    trial.tasks(attempt);
    int ended =
        trial.get(
            Ray.remote(FaultPrograms::succeedsAt)
                .retries(RETRIES, SoakException.class)
                .remote(attempt));
    trial.check("whether it was tried again often enough", true, ended >= attempt);
  }
}
