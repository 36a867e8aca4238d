package ray.benchmarks.soak;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ray.ObjectRef;

/** One run of a program: its dice, and what it has found. Used by one thread. */
final class Trial {
  /** Nothing that works takes as long. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How often a task is run again whose worker was killed: more often than that can happen. */
  static final int RETRIES = 1_000;

  /** Something is not as a serial evaluation says. */
  static final class WrongResultException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongResultException(String message) {
      super(message);
    }
  }

  final SplittableRandom random;
  private final Tally tally;
  private final BiConsumer<Fault, Boolean> strikes;
  private boolean sawDeath;

  /**
   * A run.
   *
   * @param strikes is told of each fault that the program makes, when it begins and when it is over
   */
  Trial(long seed, Tally tally, BiConsumer<Fault, Boolean> strikes) {
    this.strikes = strikes;
    this.random = new SplittableRandom(seed);
    this.tally = tally;
  }

  /** So many tasks or calls are submitted. */
  void tasks(long count) {
    tally.tasks(count);
  }

  /** An actor has died that the program did not kill: only a killed worker explains it. */
  void actorDied() {
    sawDeath = true;
  }

  boolean sawDeath() {
    return sawDeath;
  }

  /** Does what is a fault, and waits until it is over. */
  void strike(Fault fault, Runnable harm) {
    strikes.accept(fault, true);
    try {
      harm.run();
    } finally {
      strikes.accept(fault, false);
    }
  }

  /** A number from 1. */
  int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  <T extends @Nullable Object> T get(ObjectRef<T> ref) {
    return ref.get(PATIENCE);
  }

  void check(String what, @Nullable Object expected, @Nullable Object actual) {
    if (!Objects.deepEquals(expected, actual)) {
      throw new WrongResultException(what + " is " + shown(actual) + ", not " + shown(expected));
    }
  }

  private static String shown(@Nullable Object value) {
    String text =
        switch (value) {
          case long[] numbers -> java.util.Arrays.toString(numbers);
          case List<?> list -> list.toString();
          case null, default -> String.valueOf(value);
        };
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }
}
