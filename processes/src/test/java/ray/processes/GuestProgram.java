package ray.processes;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** A program in a process of its own, which a test starts: see {@link GuestProcess}. */
final class GuestProgram {
  static final int LENGTH = 2_000_000;

  private GuestProgram() {}

  static int square(int x) {
    return x * x;
  }

  static long sum(long[] numbers) {
    return Arrays.stream(numbers).sum();
  }

  static long[] ones(int length) {
    long[] ones = new long[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  static final class Counter {
    private int count;

    int add(int by) {
      return count += by;
    }
  }

  /** Its arguments: the node's address, and which of its parts to run. */
  public static void main(String[] arguments) throws Exception {
    try (RayInstance ray = Ray.init(RayOptions.defaults().address(arguments[0]))) {
      switch (arguments[1]) {
        case "all" -> {
          all();
          System.out.println("all is well");
        }
        case "wait" -> {
          all();
          System.out.println("waiting");
          LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(2));
        }
        case "values" -> {
          System.out.println("moving values");
          while (true) {
            try (ObjectRef<long[]> put = Ray.put(ones(LENGTH));
                ObjectRef<long[]> made = Ray.remote(GuestProgram::ones).remote(LENGTH)) {
              if (sum(put.get()) + sum(made.get()) != 2L * LENGTH) {
                throw new IllegalStateException("a value was damaged");
              }
            }
          }
        }
        default -> throw new IllegalArgumentException(arguments[1]);
      }
    }
  }

  private static void all() {
    var square = Ray.remote(GuestProgram::square);
    check(square.remote(square.remote(3)).get() == 81);
    check(Ray.remote((Integer x) -> x + arguments(x)).remote(4).get() == 8);
    ActorRef<Counter> counter = Ray.actor(Counter::new).remote();
    for (int i = 0; i < 100; i++) {
      counter.call(Counter::add, 1);
    }
    check(counter.call(Counter::add, 1).get() == 101);
    ObjectRef<long[]> large = Ray.put(ones(LENGTH));
    check(Ray.remote(GuestProgram::sum).remote(large).get() == LENGTH);
    check(sum(large.get()) == LENGTH);
    check(sum(Ray.remote(GuestProgram::ones).remote(LENGTH).get()) == LENGTH);
    check(!Ray.tasks().isEmpty());
  }

  private static int arguments(int x) {
    return x;
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("a wrong result");
    }
  }
}
