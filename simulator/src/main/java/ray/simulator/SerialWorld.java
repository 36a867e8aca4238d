package ray.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;

/**
 * Runs scripts at once, in the caller's thread, with nothing between: what every other order must
 * equal.
 */
final class SerialWorld implements World {
  /** What a ref is here: the object itself. */
  private sealed interface Thing {}

  private record Value(Body body, List<Object> refs) implements Thing {}

  private record Failure(ErrorCode code) implements Thing {}

  /** A value that is set later. */
  private static final class Promise implements Thing {
    @Nullable Value value;
  }

  /** An actor, or why there is none. */
  private static final class Actor implements Thing {
    final ActorState state = new ActorState();
    @Nullable Failure failure;
  }

  /** What serial evaluation says of a driver's program. */
  record Evaluation(long result, int tasks) {}

  private static final class Count {
    int tasks;
    long tokens;
  }

  private final List<Argument> inputs;
  private final Count count;

  private SerialWorld(List<Argument> inputs, Count count) {
    this.inputs = inputs;
    this.count = count;
  }

  /** Runs a driver's program, and all that it submits. */
  static Evaluation evaluate(Program program) {
    Count count = new Count();
    SerialWorld world = new SerialWorld(List.of(), count);
    Script script = new Script(program, world, List.of(), null, 0, 1);
    world.finish(script, new ArrayList<>());
    return new Evaluation(script.result(), count.tasks);
  }

  private Script.Progress finish(Script script, List<Thing> items) {
    while (true) {
      switch (script.step()) {
        case Script.Going going -> {}
        case Script.Waiting waiting -> throw new AssertionError("nothing waits here");
        case Script.Writing writing -> throw new AssertionError("nothing waits here");
        case Script.WaitingForItem waiting -> throw new AssertionError("nothing waits here");
        case Script.Disturbed disturbed -> throw new AssertionError("no faults here");
        case Script.Yielded(Return item) -> items.add(thing(item));
        case Script.Returned returned -> {
          return returned;
        }
        case Script.Threw threw -> {
          return threw;
        }
        case Script.Exited exited -> throw new AssertionError("no actor ends here");
      }
    }
  }

  private static Thing thing(Return result) {
    return switch (result) {
      case ReturnAlias(Object ref) -> (Thing) ref;
      case ReturnValue(Body body, List<Object> refs, boolean large) -> new Value(body, refs);
    };
  }

  private List<Thing> run(
      Program program, List<Argument> arguments, @Nullable ActorState actor, List<Thing> items) {
    count.tasks++;
    int results = Math.max(1, program.returns());
    List<Body> bodies = new ArrayList<>();
    for (Argument argument : arguments) {
      switch (argument) {
        case ByValue(Body body, List<Object> refs) -> bodies.add(body);
        case ByRef(Object ref) -> {
          switch ((Thing) ref) {
            case Value value -> bodies.add(value.body());
            case Failure failure -> {
              return Collections.nCopies(results, failure);
            }
            case Promise promise -> {
              // Only the members of a ring wait for what is promised.
              return Collections.nCopies(results, new Failure(ErrorCode.ALIAS_CYCLE));
            }
            case Actor other -> throw new AssertionError("actors are no values here");
          }
        }
      }
    }
    boolean creation = program.kind() == Program.Kind.CREATION;
    Failure failure = new Failure(creation ? ErrorCode.ACTOR_DIED : ErrorCode.TASK_FAILED);
    if (program.failingAttempts() > program.maxRetries()) {
      return Collections.nCopies(results, failure);
    }
    int before =
        actor != null && program.kind() == Program.Kind.METHOD
            ? actor.called(program.token(), program.sequence())
            : 0;
    SerialWorld world = new SerialWorld(arguments, count);
    int attempt = program.failingAttempts() + 1;
    Script script = new Script(program, world, bodies, actor, before, attempt);
    if (!(world.finish(script, items) instanceof Script.Returned returned)) {
      return Collections.nCopies(results, failure);
    }
    return returned.results().stream().map(SerialWorld::thing).toList();
  }

  @Override
  public Object put(Body body, List<Object> refs, boolean large) {
    return new Value(body, refs);
  }

  @Override
  public Object promise() {
    return new Promise();
  }

  @Override
  public void fulfil(Object promise, Body body, List<Object> refs) {
    ((Promise) promise).value = new Value(body, refs);
  }

  @Override
  public List<Object> submit(Program program, List<Argument> arguments) {
    return List.copyOf(run(program, arguments, null, new ArrayList<>()));
  }

  @Override
  public Object generate(Program program, List<Argument> arguments) {
    List<Thing> items = new ArrayList<>();
    List<Thing> end = run(program, arguments, null, items);
    if (!end.isEmpty() && end.getFirst() instanceof Failure failure) {
      items.add(failure);
    }
    return new ArrayDeque<>(items);
  }

  @SuppressWarnings("unchecked")
  @Override
  public Next next(Object stream) {
    Thing item = ((ArrayDeque<Thing>) stream).poll();
    return item == null ? new NoMore() : new Item(item);
  }

  @Override
  public void closeStream(Object stream) {}

  @Override
  public Object createActor(Program program, List<Argument> arguments, ActorShape shape) {
    Actor made = new Actor();
    List<Thing> end = run(program, arguments, made.state, new ArrayList<>());
    if (end.getFirst() instanceof Failure failure) {
      made.failure = failure;
    }
    return made;
  }

  @Override
  public Object call(Object actor, Program program, List<Argument> arguments) {
    Actor called = (Actor) actor;
    return called.failure != null
        ? called.failure
        : run(program, arguments, called.state, new ArrayList<>()).getFirst();
  }

  @Override
  public long token() {
    return ++count.tokens;
  }

  @Override
  public Got poll(Object ref) {
    return switch ((Thing) ref) {
      case Value value -> new GotBody(value.body());
      case Failure failure -> new GotFailure();
      case Promise promise -> new GotBody(value(promise).body());
      case Actor actor -> throw new AssertionError("actors are no values here");
    };
  }

  private static Value value(Promise promise) {
    return Objects.requireNonNull(promise.value);
  }

  @Override
  public Object open(Object umbrella, int index) {
    return switch ((Thing) umbrella) {
      case Value value -> value.refs().get(index);
      case Promise promise -> value(promise).refs().get(index);
      case Failure failure -> throw new AssertionError("a failure contains nothing");
      case Actor actor -> throw new AssertionError("actors are no values here");
    };
  }

  @Override
  public Object openInput(int argument, int index) {
    return switch (inputs.get(argument)) {
      case ByRef(Object ref) -> open(ref, index);
      case ByValue(Body body, List<Object> refs) -> refs.get(index);
    };
  }

  @Override
  public Object keep(Object ref) {
    return ref;
  }

  @Override
  public void drop(Object ref) {}

  @Override
  public @Nullable Object view(Object ref) {
    return null;
  }

  @Override
  public void closeView(Object view) {}

  @Override
  public void keepForLater(Object ref) {}

  @Override
  public void doomed(Program program, List<Argument> arguments, boolean recursive) {}

  @Override
  public void doomedActor(Program constructor, Program method, boolean exits) {}

  @Override
  public void named(String name, Program constructor, Program method, boolean detached) {}
}
