package ray.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.simulator.World.ActorShape;
import ray.simulator.World.Argument;
import ray.simulator.World.Body;
import ray.simulator.World.ByRef;
import ray.simulator.World.ByValue;
import ray.simulator.World.Disturbance;
import ray.simulator.World.Got;
import ray.simulator.World.GotBody;
import ray.simulator.World.GotFailure;
import ray.simulator.World.GotFault;
import ray.simulator.World.Item;
import ray.simulator.World.Kind;
import ray.simulator.World.Next;
import ray.simulator.World.NoMore;
import ray.simulator.World.Return;
import ray.simulator.World.ReturnAlias;
import ray.simulator.World.ReturnValue;

/**
 * A random program, run step by step: it puts, submits, waits, opens refs inside values, consumes
 * generators, creates actors and calls them, and drops handles. What it computes depends on nothing
 * but its {@link Program} and the values it reads, so that every correct order of events gives the
 * same result. Each step throws dice of its own: leaving one out changes no other.
 */
final class Script {
  private static final int MAX_VARIABLES = 12;

  /** Of more calls at once than these, an owner gathers some. */
  private static final int MAX_NOT_GATHERED = 32;

  private static final Body ONE_REF = new Body(0, List.of(Kind.VALUE));

  /** A ref that the script holds. */
  private static final class Variable {
    final Object ref;
    final Kind kind;

    /** Whether the script made it, of things that end without anybody else. */
    final boolean own;

    long token;
    int calls;

    Variable(Object ref, Kind kind, boolean own) {
      this.ref = ref;
      this.kind = kind;
      this.own = own;
    }

    boolean isActor() {
      return kind != Kind.VALUE;
    }
  }

  private record Unopened(int argument, int index, Kind kind) {}

  /** Where a script stands after a step. */
  sealed interface Progress {}

  /** It goes on. */
  record Going() implements Progress {}

  /** It waits until so many of these objects are known. */
  record Waiting(List<Object> refs, int count) implements Progress {}

  /** It waits for the next item of a stream. */
  record WaitingForItem(Object stream) implements Progress {}

  /** It waits until a large value is written. */
  record Writing() implements Progress {}

  /** It made an item, as a generator does. */
  record Yielded(Return item) implements Progress {}

  /** It has ended with its results. */
  record Returned(List<Return> results) implements Progress {}

  /** It has ended, and its actor with it. */
  record Exited() implements Progress {}

  /** It has ended with an exception. */
  record Threw(boolean retryable) implements Progress {}

  /** Something that only faults explain has failed it. */
  record Disturbed(ErrorCode code) implements Progress {}

  private static final Progress GOING = new Going();
  private static final Progress WRITING = new Writing();

  private final Program program;
  private final World world;
  private final @Nullable ActorState actor;
  private final List<Variable> variables = new ArrayList<>();
  private final List<Unopened> unopened = new ArrayList<>();
  private final List<Object> streams = new ArrayList<>();
  private final List<Object> views = new ArrayList<>();
  private final int failAfter;
  private Dice dice;
  private long result;
  private int steps;

  /** What goes on when what the script waits for is there. */
  private @Nullable Waiter waiter;

  private interface Waiter {
    Progress again();
  }

  /**
   * A script about to begin.
   *
   * @param inputs the values of its arguments
   * @param actor the object of its actor; null for what is no method
   * @param before the number of the call before, of the same caller; 0 for what is no method
   * @param attempt which run of its task this is, from 1
   */
  Script(
      Program program,
      World world,
      List<Body> inputs,
      @Nullable ActorState actor,
      int before,
      int attempt) {
    this.program = program;
    this.world = world;
    this.actor = actor;
    this.dice = new Dice(program.seed());
    this.failAfter =
        attempt <= program.failingAttempts()
            ? Dice.of(program.seed(), attempt).below(program.steps() + 1)
            : Integer.MAX_VALUE;
    this.result = program.seed();
    for (int i = 0; i < inputs.size(); i++) {
      mix(inputs.get(i).number());
      List<Kind> kinds = inputs.get(i).kinds();
      for (int j = 0; j < kinds.size(); j++) {
        unopened.add(new Unopened(i, j, kinds.get(j)));
      }
    }
    if (program.kind() == Program.Kind.METHOD && !program.pure()) {
      mix(before);
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

  /** Does one thing. */
  Progress step() {
    try {
      Waiter waiting = waiter;
      if (waiting != null) {
        return waiting.again();
      }
      return switch (program.kind()) {
        case LINK -> link();
        case EXIT -> new Exited();
        case RELAY -> relay();
        case DRIVER, TASK, CREATION, METHOD, GENERATOR -> next();
      };
    } catch (Disturbance disturbed) {
      return new Disturbed(disturbed.code());
    }
  }

  private Progress next() {
    if (steps >= failAfter) {
      return new Threw(true);
    }
    while (steps < program.steps() && program.skipped().get(steps)) {
      steps++;
    }
    if (steps >= program.steps()) {
      return finish();
    }
    dice = Dice.of(program.seed(), 1000 + steps++);
    Features features = program.features();
    switch (dice.below(24)) {
      case 0, 1 -> {
        return put();
      }
      case 2, 3, 4, 5, 6 -> submit();
      case 7, 8 -> {
        Variable chosen = choose(program.careful());
        if (chosen != null) {
          return await(chosen);
        }
      }
      case 9 -> drop();
      case 10, 11 -> openInput();
      case 12 -> createActor();
      case 13, 14, 15 -> call();
      case 16 -> keepOrRecall();
      case 17 -> generate();
      case 18, 19 -> {
        return consume();
      }
      case 20 -> {
        return waitForSome();
      }
      case 21 -> view();
      case 22 -> {
        if (features.rings() && program.depth() > 0) {
          ring();
        }
      }
      default -> {
        if (features.loose() && program.depth() > 0) {
          loose();
        }
      }
    }
    return stepEnded();
  }

  private Progress stepEnded() {
    if (program.kind() == Program.Kind.GENERATOR) {
      // What a step throws may depend on where values lie; what an item is must not.
      dice = Dice.of(program.seed(), 500_000 + steps);
      if (dice.coin()) {
        return new Yielded(returned(0));
      }
    }
    return GOING;
  }

  // ---- variables

  /** A variable that can be waited for. */
  private @Nullable Variable choose(boolean ownOnly) {
    List<Variable> suited = new ArrayList<>();
    for (Variable each : variables) {
      if (!each.isActor() && (each.own || !ownOnly)) {
        suited.add(each);
      }
    }
    return suited.isEmpty() ? null : dice.pick(suited);
  }

  private void add(Object ref, Kind kind, boolean own) {
    variables.add(new Variable(ref, kind, own));
    while (variables.size() > MAX_VARIABLES) {
      drop();
    }
  }

  private void drop() {
    if (!variables.isEmpty()) {
      world.drop(variables.remove(dice.below(variables.size())).ref);
    }
  }

  private List<Variable> some() {
    List<Variable> inside = new ArrayList<>();
    while (!variables.isEmpty() && inside.size() < 3 && dice.coin()) {
      inside.add(dice.pick(variables));
    }
    return inside;
  }

  private static List<Object> refs(List<Variable> variables) {
    List<Object> refs = new ArrayList<>(variables.size());
    variables.forEach(each -> refs.add(each.ref));
    return refs;
  }

  private static Body body(long number, List<Variable> inside) {
    List<Kind> kinds = new ArrayList<>(inside.size());
    inside.forEach(each -> kinds.add(each.kind));
    return new Body(number, kinds);
  }

  private boolean large() {
    return program.features().large() && dice.oneIn(4);
  }

  // ---- things to do

  private Progress put() {
    List<Variable> inside = some();
    Body body = body(dice.nextLong(), inside);
    return put(body, refs(inside), large());
  }

  private Progress put(Body body, List<Object> refs, boolean large) {
    Object made = world.put(body, refs, large);
    if (made == null) {
      waiter = () -> put(body, refs, large);
      return WRITING;
    }
    waiter = null;
    add(made, Kind.VALUE, true);
    return stepEnded();
  }

  /** Stores a small value, for which there is always room. */
  private Object putSmall(Body body, List<Object> refs) {
    return Objects.requireNonNull(world.put(body, refs, false));
  }

  private ByValue byValue() {
    List<Variable> inside = some();
    return new ByValue(body(dice.nextLong(), inside), refs(inside));
  }

  private List<Argument> arguments(boolean ownOnly) {
    List<Argument> arguments = new ArrayList<>();
    while (arguments.size() < 3 && !dice.oneIn(3)) {
      Variable ref = dice.coin() ? choose(ownOnly) : null;
      arguments.add(ref == null ? byValue() : new ByRef(ref.ref));
    }
    return arguments;
  }

  private void submit() {
    if (program.depth() > 0) {
      int burst = burst();
      for (int i = 0; i < burst; i++) {
        Program child = program.child(Program.Kind.TASK, dice);
        if (!program.features().retries()) {
          child = child.sound();
        }
        if (burst > 1) {
          child = child.brief();
        }
        for (Object made : world.submit(child, arguments(program.careful()))) {
          add(made, Kind.VALUE, true);
        }
      }
    }
  }

  /**
   * How many tasks or calls are made one after another: now and then so many that owners gather
   * them, and threads take several at a time.
   */
  private int burst() {
    return dice.oneIn(16) ? dice.between(8, 40) : 1;
  }

  private void createActor() {
    if (program.depth() == 0 || program.careful() || !program.features().actors()) {
      return;
    }
    Program constructor = program.child(Program.Kind.CREATION, dice);
    boolean pure = program.features().restarts() && dice.coin();
    ActorShape shape =
        pure
            ? new ActorShape(
                1 + dice.below(2) * dice.below(3),
                dice.below(4) - 1,
                dice.below(3),
                dice.below(2) * dice.below(3))
            : ActorShape.PLAIN;
    Object made = world.createActor(constructor, arguments(false), shape);
    add(made, pure ? Kind.PURE : Kind.STATEFUL, false);
  }

  private void call() {
    List<Variable> actors = variables.stream().filter(Variable::isActor).toList();
    if (actors.isEmpty() || program.careful()) {
      return;
    }
    Variable called = dice.pick(actors);
    if (called.token == 0) {
      called.token = world.token();
    }
    int burst = burst();
    // What is added may push the actor itself out.
    Object actorRef = world.keep(called.ref);
    for (int i = 0; i < burst; i++) {
      Program method = program.child(Program.Kind.METHOD, dice);
      Program asCall = method.asCall(called.kind == Kind.PURE, called.token, ++called.calls);
      // A ref that is not ready would hold back all calls behind it, and none would be gathered.
      List<Argument> arguments = burst > MAX_NOT_GATHERED ? List.of(byValue()) : callArguments();
      add(world.call(actorRef, burst > 1 ? asCall.brief() : asCall, arguments), Kind.VALUE, false);
    }
    world.drop(actorRef);
  }

  private List<Argument> callArguments() {
    List<Argument> values = new ArrayList<>();
    while (values.size() < 2 && dice.coin()) {
      Variable ref = dice.oneIn(3) ? choose(false) : null;
      values.add(ref == null ? byValue() : new ByRef(ref.ref));
    }
    return values;
  }

  private void openInput() {
    if (!unopened.isEmpty()) {
      Unopened input = unopened.remove(dice.below(unopened.size()));
      add(world.openInput(input.argument(), input.index()), input.kind(), false);
    }
  }

  /** An actor keeps a ref for a later call, or takes one back. */
  private void keepOrRecall() {
    if (actor == null || program.kind() != Program.Kind.METHOD) {
      return;
    }
    var kept = actor.keptFor(program.token());
    if (program.pure() || kept.isEmpty() || dice.coin()) {
      Variable chosen = choose(false);
      if (chosen != null && kept.size() < MAX_VARIABLES) {
        kept.add(world.keep(chosen.ref));
      }
    } else {
      add(kept.remove(), Kind.VALUE, false);
    }
  }

  private void generate() {
    if (program.depth() > 0 && program.features().generators()) {
      Program generator = program.child(Program.Kind.GENERATOR, dice);
      if (!program.features().retries()) {
        generator = generator.sound();
      }
      streams.add(world.generate(generator, arguments(program.careful())));
    }
  }

  private Progress consume() {
    if (streams.isEmpty()) {
      return GOING;
    }
    int index = dice.below(streams.size());
    if (dice.oneIn(8)) {
      world.closeStream(streams.remove(index));
      return GOING;
    }
    return consume(streams.get(index));
  }

  private Progress consume(Object stream) {
    Next next = world.next(stream);
    if (next == null) {
      waiter = () -> consume(stream);
      return new WaitingForItem(stream);
    }
    waiter = null;
    switch (next) {
      case Item(Object ref) -> add(ref, Kind.VALUE, true);
      case NoMore end -> {
        mix(-2);
        world.closeStream(stream);
        streams.remove(stream);
      }
    }
    return GOING;
  }

  /** Waits for some of what it holds; which of them are first decides nothing. */
  private Progress waitForSome() {
    List<Object> refs = new ArrayList<>();
    for (Variable each : variables) {
      if (!each.isActor() && (each.own || !program.careful()) && dice.coin()) {
        refs.add(each.ref);
      }
    }
    return refs.isEmpty() ? GOING : waitFor(refs, 1 + dice.below(refs.size()));
  }

  private Progress waitFor(List<Object> refs, int count) {
    int ready = 0;
    for (Object ref : refs) {
      ready += world.poll(ref) == null ? 0 : 1;
    }
    if (ready >= count) {
      waiter = null;
      return GOING;
    }
    waiter = () -> waitFor(refs, count);
    return new Waiting(refs, count);
  }

  private void view() {
    if (!views.isEmpty() && dice.coin()) {
      world.closeView(views.remove(dice.below(views.size())));
      return;
    }
    Variable chosen = choose(false);
    Object view = chosen == null ? null : world.view(chosen.ref);
    if (view != null) {
      views.add(view);
    }
  }

  /** Tasks that return each other's refs in a circle: none of them can have a value. */
  private void ring() {
    int length = dice.between(1, 4);
    List<Object> promises = new ArrayList<>();
    List<Object> members = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      Object promise = world.promise();
      promises.add(promise);
      Program link = program.child(Program.Kind.LINK, dice).sound();
      members.add(world.submit(single(link), List.of(new ByRef(promise))).getFirst());
    }
    for (int i = 0; i < length; i++) {
      Body next = new Body(i, List.of(Kind.VALUE));
      world.fulfil(promises.get(i), next, List.of(members.get((i + 1) % length)));
      world.drop(promises.get(i));
    }
    members.forEach(member -> add(member, Kind.VALUE, true));
  }

  private static Program single(Program link) {
    return new Program(
        link.seed(),
        link.kind(),
        link.depth(),
        link.steps(),
        link.skipped(),
        1,
        false,
        0,
        link.maxRetries(),
        link.careful(),
        false,
        0,
        0,
        link.features());
  }

  /** Returns what its argument contains, itself or by way of another. */
  private Progress link() {
    dice = new Dice(program.seed());
    Object ref = world.openInput(0, 0);
    add(ref, Kind.VALUE, false);
    if (program.depth() > 0 && dice.coin()) {
      Program further = single(program.child(Program.Kind.LINK, dice));
      ref = world.submit(further, List.of(new ByValue(ONE_REF, List.of(ref)))).getFirst();
      add(ref, Kind.VALUE, true);
    }
    return new Returned(List.of(new ReturnAlias(ref)));
  }

  /** Things that nothing can be said of but that they leave nothing behind. */
  private void loose() {
    Program task = program.child(Program.Kind.TASK, dice);
    switch (dice.below(4)) {
      case 0 -> world.doomed(task, arguments(false), dice.coin());
      case 1 -> beginRelay();
      case 2 ->
          world.doomedActor(
              program.child(Program.Kind.CREATION, dice),
              task.asCall(true, 0, 1).perhapsFailingOnce(),
              dice.coin());
      default ->
          world.named(
              "actor" + dice.below(3),
              program.child(Program.Kind.CREATION, dice),
              task.asCall(true, 0, 1),
              dice.oneIn(3));
    }
  }

  /** Hands a value in a value on, and lets go of both. */
  private void beginRelay() {
    for (int i = dice.between(1, 4); i > 0; i--) {
      Object inner = putSmall(body(dice.nextLong(), List.of()), List.of());
      Object outer = putSmall(ONE_REF, List.of(inner));
      world.drop(inner);
      handOn(outer);
      world.drop(outer);
    }
  }

  private void handOn(Object ref) {
    Program next = single(program.child(Program.Kind.RELAY, dice));
    Argument argument = dice.coin() ? new ByRef(ref) : new ByValue(ONE_REF, List.of(ref));
    world.submit(next, List.of(argument)).forEach(world::drop);
  }

  /**
   * Hands what its argument contains on, as it is or inside a value of its own, or keeps it for
   * later. So a ref comes to processes that know it by nothing but what contains it.
   */
  private Progress relay() {
    dice = new Dice(program.seed());
    if (!unopened.isEmpty()) {
      Object given = world.openInput(0, 0);
      if (program.depth() == 0 || dice.oneIn(4)) {
        world.keepForLater(given);
      } else if (dice.coin()) {
        Object wrapped = putSmall(ONE_REF, List.of(given));
        handOn(wrapped);
        world.drop(wrapped);
      } else {
        handOn(given);
      }
      world.drop(given);
    }
    return new Returned(List.of(new ReturnValue(body(result, List.of()), List.of(), false)));
  }

  // ---- waiting

  private Progress await(Variable variable) {
    Got got = world.poll(variable.ref);
    if (got == null) {
      waiter = () -> await(variable);
      return new Waiting(List.of(variable.ref), 1);
    }
    waiter = null;
    return switch (got) {
      case GotFault(ErrorCode code) -> new Disturbed(code);
      case GotFailure failure -> {
        // Of several failed arguments, the first to be known fails a task: which failure it is, is
        // open.
        mix(-1);
        yield GOING;
      }
      case GotBody(Body body) -> {
        read(variable, body);
        yield GOING;
      }
    };
  }

  private void read(Variable variable, Body body) {
    mix(body.number());
    // What is added may push the value itself out.
    Object umbrella = world.keep(variable.ref);
    for (int i = 0; i < body.kinds().size(); i++) {
      if (!dice.oneIn(3)) {
        add(world.open(umbrella, i), body.kinds().get(i), false);
      }
    }
    world.drop(umbrella);
  }

  // ---- the end

  private Progress finish() {
    if (program.fails()) {
      return new Threw(false);
    }
    dice = Dice.of(program.seed(), 999);
    List<Return> results = new ArrayList<>();
    for (int i = 0; i < program.returns(); i++) {
      results.add(returned(i));
    }
    return new Returned(results);
  }

  private Return returned(int index) {
    boolean creation = program.kind() == Program.Kind.CREATION;
    Variable alias = program.features().aliases() && dice.oneIn(3) ? choose(false) : null;
    if (alias != null && !creation) {
      return new ReturnAlias(alias.ref);
    }
    List<Variable> inside = creation ? List.of() : some();
    return new ReturnValue(body(result + index, inside), refs(inside), large() && !creation);
  }

  /** The script's handles go, all but what others keep. */
  void dropAll() {
    views.forEach(world::closeView);
    views.clear();
    streams.forEach(world::closeStream);
    streams.clear();
    variables.forEach(each -> world.drop(each.ref));
    variables.clear();
  }

  @Override
  public String toString() {
    return program + " at step " + steps;
  }
}
