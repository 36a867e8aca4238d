package ray.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;

/**
 * Runs scripts at once, in the caller's thread, with nothing between: what every other order must
 * equal.
 */
final class SerialWorld implements World {
  /** What a ref is here: the object itself. */
  sealed interface Thing {}

  record Value(Body body, List<Object> refs) implements Thing {}

  record Failure(ErrorCode code) implements Thing {}

  /** An actor, or why there is none. */
  static final class Actor implements Thing {
    final ActorState state = new ActorState();
    @Nullable Failure failure;
  }

  private final List<Argument> inputs;

  private SerialWorld(List<Argument> inputs) {
    this.inputs = inputs;
  }

  /** The result of a driver's script. */
  static long evaluate(Program program) {
    SerialWorld world = new SerialWorld(List.of());
    Script script = new Script(program, world, code -> false, List.of(), null, 1, true);
    finish(script);
    return script.result();
  }

  private static Script.Progress finish(Script script) {
    while (true) {
      switch (script.step()) {
        case Script.Going going -> {}
        case Script.Waiting waiting -> throw new AssertionError("nothing waits here");
        case Script.Disturbed disturbed -> throw new AssertionError("no faults here");
        case Script.Returned returned -> {
          return returned;
        }
        case Script.Threw threw -> {
          return threw;
        }
      }
    }
  }

  private static List<Thing> run(
      Program program, List<Argument> arguments, @Nullable ActorState actor) {
    List<Body> bodies = new ArrayList<>();
    for (Argument argument : arguments) {
      switch (argument) {
        case ByValue(Body body, List<Object> refs) -> bodies.add(body);
        case ByRef(Object ref) -> {
          switch ((Thing) ref) {
            case Value value -> bodies.add(value.body());
            case Failure failure -> {
              return Collections.nCopies(program.returns(), failure);
            }
            case Actor other -> throw new AssertionError("actors are no values here");
          }
        }
      }
    }
    Failure failure = new Failure(ErrorCode.TASK_FAILED);
    if (program.failingAttempts() > program.maxRetries()) {
      return Collections.nCopies(program.returns(), failure);
    }
    Script script =
        new Script(
            program,
            new SerialWorld(arguments),
            code -> false,
            bodies,
            actor,
            program.failingAttempts() + 1,
            true);
    if (!(finish(script) instanceof Script.Returned returned)) {
      return Collections.nCopies(program.returns(), failure);
    }
    List<Thing> results = new ArrayList<>();
    for (Return result : returned.results()) {
      results.add(
          switch (result) {
            case ReturnAlias(Object ref) -> (Thing) ref;
            case ReturnValue(Body body, List<Object> refs, boolean large) -> new Value(body, refs);
          });
    }
    return results;
  }

  @Override
  public Object put(Body body, List<Object> refs, boolean large) {
    return new Value(body, refs);
  }

  @Override
  public List<Object> submit(Program program, List<Argument> arguments) {
    return List.copyOf(run(program, arguments, null));
  }

  @Override
  public Object createActor(Program program, List<Argument> arguments, int maxConcurrency) {
    Actor made = new Actor();
    if (run(program, arguments, made.state).getFirst() instanceof Failure failure) {
      made.failure = failure;
    }
    return made;
  }

  @Override
  public Object call(Object actor, Program program, List<Argument> arguments) {
    Actor called = (Actor) actor;
    return called.failure != null
        ? called.failure
        : run(program, arguments, called.state).getFirst();
  }

  @Override
  public Got poll(Object ref) {
    return switch ((Thing) ref) {
      case Value value -> new Got(value.body(), null);
      case Failure failure -> new Got(null, failure.code());
      case Actor actor -> throw new AssertionError("actors are no values here");
    };
  }

  @Override
  public Object open(Object umbrella, int index) {
    return ((Value) umbrella).refs().get(index);
  }

  @Override
  public Object openInput(int argument, int index) {
    return switch (inputs.get(argument)) {
      case ByRef(Object ref) -> ((Value) ref).refs().get(index);
      case ByValue(Body body, List<Object> refs) -> refs.get(index);
    };
  }

  @Override
  public Object keep(Object ref) {
    return ref;
  }

  @Override
  public void drop(Object ref) {}
}
