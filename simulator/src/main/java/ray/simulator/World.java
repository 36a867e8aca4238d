package ray.simulator;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;

/**
 * What a {@link Script} may do: the programming model at its barest. It is implemented twice, by
 * {@link SerialWorld} and by the threads of a simulated cluster, so that the results of both can be
 * compared. References are opaque to scripts.
 */
interface World {
  /** What a ref stands for, as far as a script must know to use it. */
  enum Kind {
    /** An object. */
    VALUE,
    /** An actor whose results depend on the calls before, and which is never made again. */
    STATEFUL,
    /** An actor whose results depend on nothing but the call; it may be made again. */
    PURE
  }

  /** What a value is: a number, and the kind of each ref in it. */
  record Body(long number, List<Kind> kinds) {}

  /** What an object turned out to be. */
  sealed interface Got {}

  /** A value. */
  record GotBody(Body body) implements Got {}

  /** The failure that stands in place of a value, of which programs planned it. */
  record GotFailure() implements Got {}

  /** A failure that comes of faults rather than of programs. */
  record GotFault(ErrorCode code) implements Got {}

  /** An argument of a task. */
  sealed interface Argument {}

  /** An argument whose value the task waits for. */
  record ByRef(Object ref) implements Argument {}

  /** An argument that is a value, with refs in it. */
  record ByValue(Body body, List<Object> refs) implements Argument {}

  /** What a script returns. */
  sealed interface Return {}

  /** A value. */
  record ReturnValue(Body body, List<Object> refs, boolean large) implements Return {}

  /** A ref in place of a value. */
  record ReturnAlias(Object ref) implements Return {}

  /** What a consumer gets from a generator. */
  sealed interface Next {}

  /** Another item. */
  record Item(Object ref) implements Next {}

  /** There are no more. */
  record NoMore() implements Next {}

  /**
   * How an actor is made.
   *
   * @param maxConcurrency how many calls run at a time, beside those of its concurrency group
   * @param maxRestarts how often it may be made again
   * @param maxTaskRetries how often a call may be sent again
   * @param groupLimit how many calls of its concurrency group run at a time; 0 if it has none
   */
  record ActorShape(int maxConcurrency, int maxRestarts, int maxTaskRetries, int groupLimit) {
    static final ActorShape PLAIN = new ActorShape(1, 0, 0, 0);

    /** Whether one caller's calls run one after the other, in order. */
    boolean isSerial() {
      return maxConcurrency == 1 && groupLimit == 0;
    }

    /** The concurrency group of a call; empty for that of most. */
    String groupOf(Program method) {
      return groupLimit > 0 && method.seed() % 2 == 0 ? GROUP : "";
    }

    /** The actor's concurrency groups. */
    Map<String, Integer> groups() {
      return groupLimit > 0 ? Map.of(GROUP, groupLimit) : Map.of();
    }

    private static final String GROUP = "group";
  }

  /** Something that only faults explain keeps a script from going on. */
  final class Disturbance extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    Disturbance(ErrorCode code) {
      super(code.toString(), null, false, false);
      this.code = code;
    }

    ErrorCode code() {
      return code;
    }
  }

  /**
   * Stores a value; null if a large one is not written yet: then it is to be asked for once more.
   */
  @Nullable Object put(Body body, List<Object> refs, boolean large);

  /** A ref that this script completes itself. */
  Object promise();

  void fulfil(Object promise, Body body, List<Object> refs);

  List<Object> submit(Program program, List<Argument> arguments);

  /** Submits a generator; what is returned is its stream. */
  Object generate(Program program, List<Argument> arguments);

  /** The next item of a stream; null if that is not known yet. */
  @Nullable Next next(Object stream);

  void closeStream(Object stream);

  Object createActor(Program constructor, List<Argument> arguments, ActorShape shape);

  Object call(Object actor, Program method, List<Argument> arguments);

  /** A number for who calls an actor, which nobody else has: not even another run of the same. */
  long token();

  /** What an object is; null if that is not known yet. */
  @Nullable Got poll(Object ref);

  /** A handle of a ref inside a value that was got. */
  Object open(Object umbrella, int index);

  /** A handle of a ref inside an argument. */
  Object openInput(int argument, int index);

  /** Another use of a handle. */
  Object keep(Object ref);

  void drop(Object ref);

  /** A view of a value's bytes in the node's store; null if it does not lie there. */
  @Nullable Object view(Object ref);

  /** Reads through a view, and lets go of it. */
  void closeView(Object view);

  // ---- what leaves no result to compare: the serial world does nothing

  /** Something of the process keeps a ref for a while, beyond the end of the run. */
  void keepForLater(Object ref);

  /** A task that is cancelled at some time after. */
  void doomed(Program program, List<Argument> arguments, boolean recursive);

  /** An actor that is called, and then killed, or ends from within. */
  void doomedActor(Program constructor, Program method, boolean exits);

  /** Looks an actor up by its name, makes it if there is none, and calls it. */
  void named(String name, Program constructor, Program method, boolean detached);
}
