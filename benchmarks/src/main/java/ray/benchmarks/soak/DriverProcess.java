package ray.benchmarks.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.ActorDiedException;
import ray.GetTimeoutException;
import ray.ObjectInfo;
import ray.ObjectLostException;
import ray.OutOfResourcesException;
import ray.OwnerDiedException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.TaskInfo;
import ray.WorkerDiedException;

/**
 * The main class of one driver: runs programs until its input ends, and says on its output what
 * becomes of them, in lines of fields that tabs part.
 */
final class DriverProcess {
  /** {@code progress TASKS KIND=PROGRAMS …}, every second. */
  static final String PROGRESS = "progress";

  /** {@code wrong KIND SEED TEXT}. */
  static final String WRONG = "wrong";

  /** {@code lost FROM_MS TO_MS KIND SEED TEXT}: only a killed worker can explain that. */
  static final String LOST = "lost";

  /** {@code hang TEXT}, a line of what hangs. */
  static final String HANG = "hang";

  /** {@code strikes FAULT SEED MS}: a program does its worker harm from now on. */
  static final String STRIKES = "strikes";

  /** {@code struck FAULT SEED MS}: it has, and what came of it is seen. */
  static final String STRUCK = "struck";

  /** What its input says for it to end in the middle of its programs, in order. */
  static final String LEAVE = "leave";

  /** {@code left TEXT}: something was not given back. */
  static final String LEFT = "left";

  private static final Set<TaskInfo.State> ENDED =
      EnumSet.of(TaskInfo.State.FINISHED, TaskInfo.State.FAILED, TaskInfo.State.CANCELLED);

  private static final String NOT_STARTED = "before it could run anything";

  private static final int THREADS = 3;
  private static final int WARM_UP_PROGRAMS = 60;
  private static final long HANG_MS = 60_000;
  private static final long PATIENCE_MS = 30_000;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final RayInstance ray;

  /** The seed of the first program: drivers of neighbouring seeds have no program in common. */
  private final long first;

  private final boolean harmless;
  private final Tally tally = new Tally();
  private final AtomicLong next = new AtomicLong();
  private final Map<Thread, Running> running = new ConcurrentHashMap<>();
  private volatile boolean stopped;
  private volatile boolean leaves;

  private record Running(Kind kind, long seed, long sinceMs) {}

  private DriverProcess(RayInstance ray, long seed, boolean harmless) {
    this.harmless = harmless;
    this.ray = ray;
    this.first = new SplittableRandom(seed).nextLong();
  }

  /**
   * Runs.
   *
   * @param arguments the node's address, the seed of this driver's programs, and how many of them
   *     at most, and whether none of them may do its worker harm
   */
  public static void main(String[] arguments) throws Exception {
    RayOptions options = RayOptions.defaults().address(arguments[0]).quiet();
    try (RayInstance ray = Ray.init(options)) {
      new DriverProcess(ray, Long.parseLong(arguments[1]), Boolean.parseBoolean(arguments[3]))
          .run(Long.parseLong(arguments[2]));
    }
  }

  private void run(long most) throws InterruptedException {
    Thread.ofPlatform().daemon().name("input").start(this::readInput);
    Thread.ofPlatform().daemon().name("progress").start(this::report);
    runUntil(Math.min(most, WARM_UP_PROGRAMS));
    settle();
    Counts before = Counts.of(ProcessHandle.current().pid());
    runUntil(most);
    settle();
    awaitOr(
        () -> Counts.of(ProcessHandle.current().pid()).moreThan(before).isEmpty(),
        () -> Counts.of(ProcessHandle.current().pid()).moreThan(before));
    say(PROGRESS, tally.line());
  }

  private void readInput() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        if (line.equals(LEAVE)) {
          leave();
        }
      }
    } catch (IOException e) {
      say(WRONG, "-", "-", e.toString());
    }
    stopped = true;
  }

  /** Ends as a program does that closes Ray and returns, whatever its other threads do. */
  private void leave() {
    leaves = true;
    ray.close();
    System.exit(0);
  }

  // ---- programs

  private void runUntil(long end) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(Thread.ofPlatform().name("programs-" + i).start(() -> runPrograms(end)));
    }
    for (Thread each : threads) {
      each.join();
    }
  }

  private void runPrograms(long end) {
    while (!stopped && next.get() < end) {
      // The programs of a seed are the same in each run, however many of them there is time for.
      long own = first + next.getAndIncrement();
      Trial trial =
          new Trial(
              own,
              tally,
              (fault, begins) ->
                  say(begins ? STRIKES : STRUCK, fault.name(), own, System.currentTimeMillis()));
      Kind kind = Kind.any(trial.random, harmless);
      Running now = new Running(kind, own, System.currentTimeMillis());
      running.put(Thread.currentThread(), now);
      try {
        kind.run(trial);
        if (trial.sawDeath()) {
          lost(now, "an actor has begun a new life");
        }
      } catch (WorkerDiedException
          | OwnerDiedException
          | ObjectLostException
          | ActorDiedException e) {
        lost(now, e.toString());
      } catch (OutOfResourcesException e) {
        // Workers may be killed while they start, so often in a row that no more are tried.
        if (String.valueOf(e.getMessage()).contains(NOT_STARTED)) {
          lost(now, e.toString());
        } else {
          wrong(now, e);
        }
      } catch (GetTimeoutException e) {
        hang(now, e.toString());
      } catch (Exception | StackOverflowError | OutOfMemoryError e) {
        wrong(now, e);
      } finally {
        running.remove(Thread.currentThread());
        tally.ended(kind);
      }
    }
  }

  private void wrong(Running now, Throwable thrown) {
    if (leaves) {
      return;
    }
    StackTraceElement[] stack = thrown.getStackTrace();
    say(
        WRONG,
        now.kind.name(),
        now.seed,
        thrown + (stack.length == 0 ? "" : " at " + List.of(stack)));
  }

  private void lost(Running now, String text) {
    if (leaves) {
      return;
    }
    say(LOST, now.sinceMs, System.currentTimeMillis(), now.kind.name(), now.seed, text);
  }

  // ---- what is left

  /** Waits until nothing of what ran is there any more, as garbage is collected. */
  private void settle() throws InterruptedException {
    awaitOr(
        () -> {
          System.gc();
          return ray.objects().isEmpty();
        },
        () -> "objects " + first(ray.objects()));
  }

  private static String first(List<ObjectInfo> objects) {
    return objects.size() + ", as " + objects.stream().limit(3).toList();
  }

  private void awaitOr(BooleanSupplier condition, Supplier<String> otherwise)
      throws InterruptedException {
    long until = System.currentTimeMillis() + PATIENCE_MS;
    while (!condition.getAsBoolean()) {
      if (System.currentTimeMillis() > until) {
        say(LEFT, otherwise.get());
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  // ---- reports

  private void report() {
    try {
      while (true) {
        TimeUnit.SECONDS.sleep(1);
        say(PROGRESS, tally.line());
        long nowMs = System.currentTimeMillis();
        for (Map.Entry<Thread, Running> each : running.entrySet()) {
          if (nowMs - each.getValue().sinceMs > HANG_MS) {
            hang(each.getValue(), List.of(each.getKey().getStackTrace()).toString());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hang(Running program, @Nullable String where) {
    if (leaves) {
      return;
    }
    say(HANG, "a program of kind " + program.kind + ", seed " + program.seed + ": " + where);
    for (TaskInfo task : ray.tasks()) {
      if (!ENDED.contains(task.state())) {
        say(HANG, "  " + task);
      }
    }
    say(HANG, "  " + ray.schedulerInfo());
  }

  private void say(Object... fields) {
    StringBuilder line = new StringBuilder();
    for (Object each : fields) {
      line.append(line.isEmpty() ? "" : "\t")
          .append(Objects.toString(each).replace('\n', ' ').replace('\r', ' '));
    }
    out.println(line);
  }
}
