package ray.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import ray.core.World.Argument;
import ray.core.World.Body;
import ray.core.World.ByRef;
import ray.core.World.ByValue;
import ray.core.World.Got;
import ray.core.World.Program;
import ray.core.World.Program.Kind;
import ray.core.World.Return;
import ray.core.World.ReturnAlias;
import ray.core.World.ReturnValue;

/**
 * A random program, run step by step: it puts, submits, waits, opens refs inside values, creates
 * actors and calls them, and drops handles. What it computes depends on nothing but its {@link
 * Program} and the values it reads, so that every correct order of events gives the same result.
 */
final class Script {
  private static final int MAX_VARIABLES = 12;
  private static final int MAX_CALLS_TO_AN_ACTOR = 1000;

  /** A ref that the script holds. */
  private static final class Variable {
    final Object ref;
    final boolean actor;

    /** Whether the script made it, of things that end without anybody else. */
    final boolean own;

    long token;
    int calls;

    Variable(Object ref, boolean actor, boolean own) {
      this.ref = ref;
      this.actor = actor;
      this.own = own;
    }
  }

  private record Unopened(int argument, int index, boolean actor) {}

  /** Where a script stands after a step. */
  sealed interface Progress {}

  /** It goes on. */
  record Going() implements Progress {}

  /** It waits for an object. */
  record Waiting(Object ref) implements Progress {}

  /** It has ended with its results. */
  record Returned(List<Return> results) implements Progress {}

  /** It has ended with an exception. */
  record Threw(boolean retryable) implements Progress {}

  /** Something that only faults explain has failed it. */
  record Disturbed(ray.ErrorCode code) implements Progress {}

  /** Which failures come of faults rather than of the program. */
  interface Faults {
    boolean include(ray.ErrorCode code);
  }

  private final Program program;
  private final World world;
  private final Faults faults;
  private final Random random;
  private final @Nullable ActorState actor;
  private final List<Variable> variables = new ArrayList<>();
  private final List<Unopened> unopened = new ArrayList<>();
  private final int attempt;
  private final int failAfter;
  private long result;
  private int steps;
  private @Nullable Variable awaited;

  Script(
      Program program,
      World world,
      Faults faults,
      List<Body> inputs,
      @Nullable ActorState actor,
      int attempt,
      boolean ordered) {
    this.program = program;
    this.world = world;
    this.faults = faults;
    this.random = new Random(program.seed());
    this.actor = actor;
    this.attempt = attempt;
    this.failAfter =
        attempt <= program.failingAttempts()
            ? new Random(program.seed() + attempt).nextInt(program.steps() + 1)
            : Integer.MAX_VALUE;
    this.result = program.seed();
    for (int i = 0; i < inputs.size(); i++) {
      mix(inputs.get(i).number());
      List<Boolean> actors = inputs.get(i).actors();
      for (int j = 0; j < actors.size(); j++) {
        unopened.add(new Unopened(i, j, actors.get(j)));
      }
    }
    if (actor != null && program.kind() == Kind.METHOD) {
      mix(actor.called(program.token(), program.sequence(), ordered, program.toString()));
    }
  }

  /** All that the script has read, in one number. */
  long result() {
    return result;
  }

  private void mix(long number) {
    result = (result ^ number) * 0x9E3779B97F4A7C15L;
    result ^= result >>> 29;
  }

  Progress step() {
    if (awaited != null) {
      return await(awaited);
    }
    if (steps >= failAfter) {
      return new Threw(true);
    }
    if (steps++ >= program.steps()) {
      return finish();
    }
    switch (random.nextInt(14)) {
      case 0, 1 -> put();
      case 2, 3, 4 -> submit();
      case 5, 6 -> {
        Variable chosen = choose(program.careful());
        if (chosen != null) {
          return await(chosen);
        }
      }
      case 7 -> drop();
      case 8, 9 -> openInput();
      case 10 -> createActor();
      case 11, 12 -> call();
      default -> keepOrRecall();
    }
    return new Going();
  }

  /** A variable that can be waited for. */
  private @Nullable Variable choose(boolean ownOnly) {
    List<Variable> suited =
        variables.stream().filter(v -> !v.actor && (v.own || !ownOnly)).toList();
    return suited.isEmpty() ? null : suited.get(random.nextInt(suited.size()));
  }

  private void add(Object ref, boolean isActor, boolean own) {
    variables.add(new Variable(ref, isActor, own));
    while (variables.size() > MAX_VARIABLES) {
      drop();
    }
  }

  private void drop() {
    if (!variables.isEmpty()) {
      world.drop(variables.remove(random.nextInt(variables.size())).ref);
    }
  }

  private void put() {
    List<Variable> inside = some();
    Object made =
        world.put(
            new Body(random.nextLong(), inside.stream().map(v -> v.actor).toList()),
            inside.stream().map(v -> v.ref).toList(),
            random.nextInt(4) == 0);
    add(made, false, true);
  }

  private List<Variable> some() {
    List<Variable> inside = new ArrayList<>();
    while (!variables.isEmpty() && inside.size() < 3 && random.nextInt(2) == 0) {
      inside.add(variables.get(random.nextInt(variables.size())));
    }
    return inside;
  }

  private ByValue byValue() {
    List<Variable> inside = some();
    return new ByValue(
        new Body(random.nextLong(), inside.stream().map(v -> v.actor).toList()),
        inside.stream().map(v -> v.ref).toList());
  }

  private List<Argument> arguments(boolean ownOnly) {
    List<Argument> arguments = new ArrayList<>();
    while (arguments.size() < 3 && random.nextInt(3) > 0) {
      Variable ref = random.nextBoolean() ? choose(ownOnly) : null;
      arguments.add(ref == null ? byValue() : new ByRef(ref.ref));
    }
    return arguments;
  }

  private void submit() {
    if (program.depth() == 0) {
      return;
    }
    int maxRetries = random.nextInt(3);
    int failing = random.nextInt(6) == 0 ? 1 + random.nextInt(2) : 0;
    Program child =
        new Program(
            random.nextLong(),
            program.depth() - 1,
            random.nextInt(8),
            1 + random.nextInt(2),
            random.nextInt(12) == 0,
            failing,
            maxRetries,
            program.careful(),
            Kind.TASK,
            0,
            0);
    for (Object made : world.submit(child, arguments(program.careful()))) {
      add(made, false, true);
    }
  }

  private void createActor() {
    if (program.depth() == 0 || program.careful()) {
      return;
    }
    Program child =
        new Program(
            random.nextLong(),
            program.depth() - 1,
            random.nextInt(4),
            1,
            random.nextInt(8) == 0,
            0,
            0,
            true,
            Kind.CREATION,
            0,
            0);
    add(world.createActor(child, arguments(false), 1), true, false);
  }

  private void call() {
    List<Variable> actors = variables.stream().filter(v -> v.actor).toList();
    if (actors.isEmpty() || program.careful()) {
      return;
    }
    Variable called = actors.get(random.nextInt(actors.size()));
    if (called.token == 0) {
      called.token = random.nextLong() + attempt;
    }
    if (called.calls++ >= MAX_CALLS_TO_AN_ACTOR) {
      return;
    }
    Program child =
        new Program(
            random.nextLong(),
            Math.max(0, program.depth() - 1),
            random.nextInt(5),
            1,
            random.nextInt(12) == 0,
            0,
            0,
            true,
            Kind.METHOD,
            called.token,
            called.calls);
    List<Argument> values = new ArrayList<>();
    while (values.size() < 2 && random.nextBoolean()) {
      values.add(byValue());
    }
    add(world.call(called.ref, child, values), false, false);
  }

  private void openInput() {
    if (!unopened.isEmpty()) {
      Unopened input = unopened.remove(random.nextInt(unopened.size()));
      add(world.openInput(input.argument(), input.index()), input.actor(), false);
    }
  }

  /** An actor keeps a ref for a later call, or takes one back. */
  private void keepOrRecall() {
    if (actor == null || program.kind() != Kind.METHOD) {
      return;
    }
    var kept = actor.keptFor(program.token());
    if (kept.isEmpty() || random.nextBoolean()) {
      List<Variable> plain = variables.stream().filter(v -> !v.actor).toList();
      if (!plain.isEmpty()) {
        kept.add(world.keep(plain.get(random.nextInt(plain.size())).ref));
      }
    } else {
      add(kept.remove(), false, false);
    }
  }

  private Progress await(Variable variable) {
    Got got = world.poll(variable.ref);
    if (got == null) {
      awaited = variable;
      return new Waiting(variable.ref);
    }
    awaited = null;
    if (got.failure() != null) {
      if (faults.include(got.failure())) {
        return new Disturbed(got.failure());
      }
      mix(-1);
      return new Going();
    }
    Body body = got.body();
    if (body != null) {
      mix(body.number());
      for (int i = 0; i < body.actors().size(); i++) {
        if (random.nextInt(3) > 0) {
          add(world.open(variable.ref, i), body.actors().get(i), false);
        }
      }
    }
    return new Going();
  }

  private Progress finish() {
    if (program.fails()) {
      return new Threw(false);
    }
    List<Return> results = new ArrayList<>();
    for (int i = 0; i < program.returns(); i++) {
      Variable alias = random.nextInt(3) == 0 ? choose(false) : null;
      if (alias != null && program.kind() != Kind.CREATION) {
        results.add(new ReturnAlias(alias.ref));
        continue;
      }
      List<Variable> inside = program.kind() == Kind.CREATION ? List.of() : some();
      results.add(
          new ReturnValue(
              new Body(result + i, inside.stream().map(v -> v.actor).toList()),
              inside.stream().map(v -> v.ref).toList(),
              random.nextInt(4) == 0 && program.kind() != Kind.CREATION));
    }
    return new Returned(results);
  }

  /** The script's handles go, all but what others keep. */
  void dropAll() {
    variables.forEach(v -> world.drop(v.ref));
    variables.clear();
  }

  @Override
  public String toString() {
    return program.kind() + " " + Long.toHexString(program.seed());
  }
}
