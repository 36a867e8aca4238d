package ray.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;

/**
 * What a {@link Script} may do: the programming model at its barest. It is implemented twice, by
 * {@link SerialWorld} and by a process of {@link TestCluster}, so that the results of both can be
 * compared. References are opaque to scripts.
 */
interface World {
  /** What a value is: a number, and of each ref in it whether it is an actor. */
  record Body(long number, List<Boolean> actors) {}

  /** What an object turned out to be: a body, or the failure that stands in its place. */
  record Got(@Nullable Body body, @Nullable ErrorCode failure) {}

  /** An argument of a task. */
  sealed interface Argument {}

  /** An argument whose value the task waits for. */
  record ByRef(Object ref) implements Argument {}

  /** An argument that is a value, with refs in it. */
  record ByValue(Body body, List<Object> refs) implements Argument {}

  /**
   * What a task does: all that its script decides follows from this and from the values it reads.
   *
   * @param seed of its decisions
   * @param depth how deep its tasks may nest
   * @param steps how many things it does
   * @param returns how many results
   * @param fails whether it ends with an exception
   * @param failingAttempts how many runs fail with an exception that is retried
   * @param maxRetries how many may
   * @param careful whether it waits only for what it made itself, as actors must
   * @param kind what it is
   * @param token for a method, who calls
   * @param sequence for a method, which call of its caller's this is
   */
  record Program(
      long seed,
      int depth,
      int steps,
      int returns,
      boolean fails,
      int failingAttempts,
      int maxRetries,
      boolean careful,
      Kind kind,
      long token,
      int sequence) {
    enum Kind {
      TASK,
      CREATION,
      METHOD
    }
  }

  /** What a script returns. */
  sealed interface Return {}

  /** A value. */
  record ReturnValue(Body body, List<Object> refs, boolean large) implements Return {}

  /** A ref in place of a value. */
  record ReturnAlias(Object ref) implements Return {}

  Object put(Body body, List<Object> refs, boolean large);

  List<Object> submit(Program program, List<Argument> arguments);

  Object createActor(Program program, List<Argument> arguments, int maxConcurrency);

  Object call(Object actor, Program program, List<Argument> arguments);

  /** What an object is; null if that is not known yet. */
  @Nullable Got poll(Object ref);

  /** A handle of a ref inside a value that was got. */
  Object open(Object umbrella, int index);

  /** A handle of a ref inside an argument. */
  Object openInput(int argument, int index);

  /** Another use of a handle. */
  Object keep(Object ref);

  void drop(Object ref);
}
