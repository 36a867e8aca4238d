package ray.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.Lane;
import ray.simulator.SimProcess.Cell;
import ray.simulator.SimProcess.Stream;
import ray.simulator.SimProcess.View;

/**
 * A thread of a worker that runs one lane, or of a driver that runs its program: one step of a
 * script at a time.
 */
final class SimThread implements World {
  private static final long STEP_NS = 10_000;

  /** How far it is. */
  enum State {
    READY,
    BLOCKED,
    LENDING,
    RESUMING,
    WRITING,
    /** It ignores its interrupt, and does nothing else for ever. */
    SPINNING,
    ENDED
  }

  private final SimProcess process;
  private final Cluster cluster;
  private final Dice dice;
  private final @Nullable Lane lane;
  private final List<ExecutorCore.Result> unsent = new ArrayList<>();
  private final List<Object> heldUntilSent = new ArrayList<>();

  /** The thread whose run waits for this lane, which runs in its place. */
  private @Nullable SimThread lender;

  /** Whether it does not come to run anything for so long that others take all of its lane. */
  private final boolean heldUp;

  /** The first run of the lane that another thread has. */
  private int end;

  private int index;
  private @Nullable Script script;
  private List<List<ObjectId>> inputRefs = List.of();
  private final List<ObjectId> acquired = new ArrayList<>();

  /** What a blocked thread waits for; goes on when it holds. */
  private @Nullable Awaited awaited;

  /** A large value that is being put. */
  private @Nullable SimWrite write;

  /** What a run returned, while large values of it are written. */
  private @Nullable Making making;

  /** What is done with it then. */
  private @Nullable Consumer<List<Outcome>> whenMade;

  private boolean interrupted;

  /** Whether it goes on for ever as soon as it can. */
  private boolean deaf;

  private long startedNs;
  private int items;
  private int itemsTaken;
  private @Nullable Resources using;
  private long usingGpus;
  private State state = State.READY;
  private boolean planned;

  /** What a driver's program came to; its handles are still held. */
  private @Nullable Script ended;

  private @Nullable ErrorCode disturbance;

  /** What a thread waits for. */
  private interface Awaited {
    boolean isThere();

    void forget();
  }

  private SimThread(SimProcess process, @Nullable Lane lane, boolean heldUp) {
    this.heldUp = heldUp;
    this.process = process;
    this.cluster = process.cluster;
    this.dice = process.dice();
    this.lane = lane;
    this.end = lane == null ? 0 : lane.runs().size();
  }

  /** A worker's thread that looks for work; null if there is none. */
  static @Nullable SimThread take(SimProcess process) {
    Lane lane = process.executor.take(process.nowNs());
    return lane == null ? null : new SimThread(process, lane, process.dice().oneIn(50));
  }

  /** A thread that runs what another waits for; null if that may not start. */
  private static @Nullable SimThread claim(SimProcess process, ObjectId task) {
    Lane lane = process.executor.claim(task, process.nowNs());
    return lane == null ? null : new SimThread(process, lane, process.dice().oneIn(4));
  }

  /** A thread of a driver. */
  static SimThread driver(SimProcess process, Program program) {
    SimThread thread = new SimThread(process, null, false);
    thread.script = new Script(program, thread, List.of(), null, 0, 1);
    return thread;
  }

  State state() {
    return state;
  }

  /** Whether faults have kept a driver's program from its result. */
  @Nullable ErrorCode disturbance() {
    return disturbance;
  }

  long result() {
    return Objects.requireNonNull(ended).result();
  }

  void dropAll() {
    Script dropped = ended;
    if (dropped != null) {
      dropped.dropAll();
    }
  }

  /** The next step comes after a while. */
  void plan() {
    if (!planned && state == State.READY) {
      planned = true;
      cluster.later(
          process,
          STEP_NS,
          () -> {
            planned = false;
            if (state == State.READY) {
              step();
              process.settle();
              plan();
            }
          });
    }
  }

  // ---- going on

  private void step() {
    if (lane == null) {
      stepDriver(Objects.requireNonNull(script));
    } else if (index >= end) {
      send();
      state = State.ENDED;
      process.threads.remove(this);
      process.executor.closed(lane, process.nowNs());
      if (lender != null) {
        lender.lentBack();
      }
    } else {
      stepRun(lane, lane.runs().get(index));
    }
  }

  private void stepDriver(Script running) {
    switch (running.step()) {
      case Script.Going going -> {}
      case Script.Waiting waiting -> block(waiting.refs(), waiting.count(), null);
      case Script.WaitingForItem waiting -> block((Stream) waiting.stream(), null);
      case Script.Writing writing -> state = State.WRITING;
      case Script.Yielded yielded -> throw new AssertionError("a driver is no generator");
      case Script.Returned returned -> ended(running);
      case Script.Threw threw -> ended(running);
      case Script.Exited exited -> throw new AssertionError("a driver is no actor");
      case Script.Disturbed disturbed -> {
        disturbance = disturbed.code();
        ended(running);
      }
    }
  }

  private void ended(Script running) {
    ended = running;
    state = State.ENDED;
    cluster.driverEnded();
  }

  private void stepRun(Lane running, Execution run) {
    if (script == null) {
      if (index == 0 && heldUp) {
        process.executor.giveBack(running, 0, process.nowNs());
        end = 0;
      } else if (run.isCancelled()) {
        finish(run, List.of(cancelled(run)));
      } else {
        start(run);
      }
      return;
    }
    if (making != null) {
      goOnMaking(run);
      return;
    }
    if (deaf && write == null) {
      cluster.trace().note("spins", process.id, run);
      state = State.SPINNING;
      return;
    }
    if (interrupted && write == null && !dice.oneIn(4)) {
      taint(run);
      finish(run, List.of(cancelled(run)));
      return;
    }
    if (index + 1 < end && dice.oneIn(20)) {
      process.executor.giveBack(running, index + 1, process.nowNs());
      end = index + 1;
    }
    switch (script.step()) {
      case Script.Going going -> {}
      case Script.Waiting waiting -> block(waiting.refs(), waiting.count(), run);
      case Script.WaitingForItem waiting -> block((Stream) waiting.stream(), run);
      case Script.Writing writing -> state = State.WRITING;
      case Script.Yielded(Return item) -> yieldItem(run, item);
      case Script.Returned returned -> {
        if (run.spec().isCreation() || run.spec().isGenerator() || !dice.oneIn(8)) {
          finishWith(run, returned.results());
        } else {
          detach(run, script, returned.results());
        }
      }
      case Script.Threw threw -> finish(run, List.of(planned(threw.retryable())));
      case Script.Exited exited -> exit(run);
      case Script.Disturbed disturbed -> disturbed(run, disturbed.code());
    }
  }

  private void exit(Execution run) {
    cluster.trace().note("exits", process.id, run);
    process.executor.exited(Objects.requireNonNull(run.actor()), process.nowNs());
    String who = "actor " + Objects.requireNonNull(run.actor()).spec().describe();
    finish(run, List.of(Outcome.Failed.of(ErrorCode.ACTOR_DIED, who + " exited from within")));
  }

  private void disturbed(Execution run, ErrorCode code) {
    taint(run);
    String why = run.isCancelled() ? Facts.DISTURBED : Facts.DISTURBED + Facts.BY_WHAT_IT_READ;
    finish(run, List.of(Outcome.Failed.of(code, why)));
  }

  /** A method did not come to its end: what its caller's next calls find is not what it should. */
  private static void taint(Execution run) {
    ActorSlot slot = run.actor();
    if (slot != null && slot.instance() instanceof ActorState actor) {
      actor.taint(((Program) run.spec().function()).token());
    }
  }

  private static Outcome.Failed cancelled(Execution run) {
    return Outcome.Failed.of(
        ErrorCode.TASK_CANCELLED, "task " + run.spec().name() + " was interrupted");
  }

  private static Outcome.Failed planned(boolean retryable) {
    return new Outcome.Failed(
        ErrorCode.TASK_FAILED, Facts.PLANNED, new RuntimeException("planned"), retryable);
  }

  private void start(Execution run) {
    run.runner(this);
    interrupted = false;
    items = 0;
    itemsTaken = 0;
    startedNs = process.nowNs();
    if (run.spec().policy().timeoutNs() > 0) {
      process.executor.startTimer(run, process.nowNs());
    }
    cluster.trace().note("starts", process.id, run);
    cluster.checker().started(run);
    if (run.actor() == null) {
      use(run);
    } else if (run.spec().isCreation()) {
      process.holdGpus(run.actor(), run.gpus());
    }
    Program body = (Program) run.spec().function();
    try {
      List<Body> inputs = readInputs(run);
      ActorState actor = actor(run, body);
      int before = 0;
      if (actor != null && body.kind() == Program.Kind.METHOD) {
        before = cluster.checker().called(run, actor, body);
      }
      script = new Script(body, this, inputs, actor, before, cluster.checker().ownAttempt(run));
    } catch (Disturbance disturbance) {
      disturbed(run, disturbance.code());
    }
  }

  private @Nullable ActorState actor(Execution run, Program body) {
    ActorSlot slot = run.actor();
    if (slot == null) {
      return null;
    }
    if (body.kind() == Program.Kind.CREATION) {
      ActorState born = new ActorState();
      slot.instance(born);
      process.born(born);
    }
    return (ActorState) slot.instance();
  }

  private List<Body> readInputs(Execution run) {
    List<Body> bodies = new ArrayList<>();
    inputRefs = new ArrayList<>();
    int value = 0;
    int nested = 0;
    for (Object argument : run.spec().arguments()) {
      if (argument instanceof Body direct) {
        bodies.add(direct);
        int next = nested + direct.kinds().size();
        inputRefs.add(run.spec().nested().subList(nested, next));
        nested = next;
      } else {
        Outcome outcome = Objects.requireNonNull(run.values())[value++];
        bodies.add(
            switch (outcome) {
              case Outcome.Inline inline -> (Body) Objects.requireNonNull(inline.body());
              case Outcome.Stored stored -> process.read(stored, taken(run, argument));
              case Outcome.Alias alias -> throw new AssertionError("an alias is no value");
              case Outcome.Failed failed -> throw new AssertionError("a failure is no value");
            });
        inputRefs.add(outcome.contained());
      }
    }
    return bodies;
  }

  private static ObjectId taken(Execution run, @Nullable Object argument) {
    return argument instanceof RefArgument(ObjectId id) ? id : run.spec().id();
  }

  private void use(Execution run) {
    if (!process.fenced) {
      using = run.spec().schedulingClass().resources();
      usingGpus = run.gpus();
      process.node.use(using);
      process.node.useGpus(using, usingGpus, process.visibleGpus);
    }
  }

  /** What it uses is free again, or not counted any more. */
  void stopUsing() {
    Resources used = using;
    if (used != null) {
      process.node.giveBack(used);
      process.node.giveBackGpus(used, usingGpus);
      using = null;
    }
  }

  /** The run returned a stage: its thread goes on to others, and its result comes later. */
  private void detach(Execution run, Script running, List<Return> results) {
    cluster.trace().note("detaches", process.id, run);
    process.executor.detached(run);
    SimStage stage = new SimStage(process, run, running, results, acquired, startedNs);
    acquired.clear();
    stopUsing();
    script = null;
    interrupted = false;
    deaf = false;
    index++;
    cluster.later(process, 10 * STEP_NS, stage::complete);
  }

  private void finishWith(Execution run, List<Return> results) {
    make(run, results, outcomes -> finish(run, outcomes));
  }

  /** Makes what a run returns into outcomes, which are held until they are sent. */
  private void make(Execution run, List<Return> results, Consumer<List<Outcome>> then) {
    making = new Making(process, run, results, heldUntilSent, this::written);
    whenMade = then;
    goOnMaking(run);
  }

  private void goOnMaking(Execution run) {
    Making begun = Objects.requireNonNull(making);
    try {
      if (!begun.isDone()) {
        state = State.WRITING;
        return;
      }
    } catch (Disturbance disturbance) {
      making = null;
      disturbed(run, disturbance.code());
      return;
    }
    making = null;
    Objects.requireNonNull(whenMade).accept(begun.made());
  }

  /** A large value is written, or will not be. */
  private void written() {
    if (state == State.WRITING) {
      state = State.READY;
      plan();
    }
  }

  private void finish(Execution run, List<Outcome> outcomes) {
    Script running = script;
    boolean dropsFirst = dice.coin();
    if (running != null && dropsFirst) {
      running.dropAll();
    }
    for (Outcome outcome : outcomes) {
      process.owner.share(outcome.contained(), run.owner());
    }
    List<ObjectId> retained = process.owner.retain(acquired, run.owner());
    acquired.clear();
    cluster.trace().note("ends", process.id, run);
    stopUsing();
    script = null;
    interrupted = false;
    deaf = false;
    index++;
    unsent.add(
        new ExecutorCore.Result(run, outcomes, retained, items, process.nowNs() - startedNs));
    if (index >= end || dice.coin()) {
      send();
    }
    if (running != null && !dropsFirst) {
      running.dropAll();
    }
  }

  private void send() {
    if (!unsent.isEmpty()) {
      List<ExecutorCore.Result> results = List.copyOf(unsent);
      unsent.clear();
      process.executor.beginBatch();
      process.executor.finished(results, process.nowNs());
      process.executor.endBatch();
    }
    List<Object> held = List.copyOf(heldUntilSent);
    heldUntilSent.clear();
    held.forEach(process::drop);
  }

  // ---- generators

  private void yieldItem(Execution run, Return item) {
    if (run.isCancelled()) {
      // Whoever would take the item, and make room for others, may be gone.
      disturbed(run, ErrorCode.TASK_CANCELLED);
      return;
    }
    make(run, List.of(item), outcomes -> sendItem(run, outcomes.getFirst()));
  }

  private void sendItem(Execution run, Outcome outcome) {
    process.owner.share(outcome.contained(), run.owner());
    process.send(
        run.owner(),
        new Message.ItemMade(process.id, run.spec().id(), run.attempt(), items++, outcome));
    if (items - itemsTaken >= run.spec().policy().backpressure()) {
      blockOn(
          new Awaited() {
            @Override
            public boolean isThere() {
              return items - itemsTaken < run.spec().policy().backpressure();
            }

            @Override
            public void forget() {}
          },
          run);
    }
  }

  /** The consumer of the generator that it runs has taken so many. */
  void itemsTaken(Execution run, int count) {
    if (lane != null && index < end && lane.runs().get(index) == run) {
      itemsTaken = Math.max(itemsTaken, count);
      wake();
    }
  }

  // ---- waiting

  private void block(List<Object> refs, int count, @Nullable Execution run) {
    List<Cell> cells = new ArrayList<>();
    refs.forEach(ref -> cells.add((Cell) ref));
    if (run != null && cells.size() == 1 && dice.coin() && lend(run, cells.getFirst())) {
      return;
    }
    for (Cell cell : cells) {
      process.owner.want(cell.id);
    }
    process.owner.flush(process.nowNs());
    process.settle();
    Awaited what =
        new Awaited() {
          @Override
          public boolean isThere() {
            int ready = 0;
            for (Cell cell : cells) {
              ready += cell.outcome == null ? 0 : 1;
            }
            return ready >= count;
          }

          @Override
          public void forget() {
            cells.forEach(cell -> cell.waiters.remove(SimThread.this));
          }
        };
    if (what.isThere()) {
      return;
    }
    if (cells.size() == 1 && dice.oneIn(3)) {
      SimThread claimed = claim(process, cells.getFirst().id);
      if (claimed != null) {
        process.threads.add(claimed);
        claimed.plan();
      }
    }
    for (Cell cell : cells) {
      if (!cell.waiters.contains(this)) {
        cell.waiters.add(this);
      }
    }
    blockOn(what, run);
  }

  /** Has the task that it waits for run in its place, if that may be. */
  private boolean lend(Execution run, Cell cell) {
    if (!ExecutorCore.mayLend(run)) {
      return false;
    }
    Message.Push push = process.owner.lend(cell.id, run.spec().schedulingClass(), process.nowNs());
    if (push == null) {
      return false;
    }
    send();
    Lane own = Objects.requireNonNull(lane);
    SimThread inner =
        new SimThread(
            process, process.executor.lend(run, push, own, index + 1, process.nowNs()), false);
    end = index + 1;
    cluster.trace().note("lends", process.id, run);
    state = State.LENDING;
    stopUsing();
    inner.lender = this;
    process.threads.add(inner);
    inner.plan();
    process.settle();
    return true;
  }

  private void lentBack() {
    state = State.READY;
    use(Objects.requireNonNull(lane).runs().get(index));
    plan();
  }

  private void block(Stream stream, @Nullable Execution run) {
    process.reportTaken(stream);
    process.owner.flush(process.nowNs());
    process.settle();
    Awaited what =
        new Awaited() {
          @Override
          public boolean isThere() {
            return !stream.items.isEmpty() || stream.ended;
          }

          @Override
          public void forget() {
            stream.waiters.remove(SimThread.this);
          }
        };
    if (!what.isThere()) {
      stream.waiters.add(this);
      blockOn(what, run);
    }
  }

  private void blockOn(Awaited what, @Nullable Execution run) {
    awaited = what;
    state = State.BLOCKED;
    if (run != null && lane != null) {
      send();
      stopUsing();
      process.executor.blocked(run, lane, index + 1, process.nowNs());
      end = index + 1;
      process.settle();
      // It may be there by now, or the run was interrupted before it came to wait.
      wake();
    }
  }

  /** Something that it waits for may be there. */
  void wake() {
    Awaited what = awaited;
    if (state != State.BLOCKED || what == null) {
      return;
    }
    if (what.isThere() || interrupted) {
      what.forget();
      goOn();
    }
  }

  private void goOn() {
    awaited = null;
    if (lane == null) {
      state = State.READY;
      plan();
    } else {
      state = State.RESUMING;
      process.executor.unblocked(lane.runs().get(index), process.nowNs());
      process.settle();
    }
  }

  void resumed() {
    if (state != State.RESUMING || lane == null) {
      throw new AssertionError("resumed while " + state);
    }
    state = State.READY;
    Execution run = lane.runs().get(index);
    if (run.actor() == null) {
      use(run);
    }
    plan();
  }

  /** The run that it runs is not wanted any more. */
  void interrupt(Execution run) {
    if (lane == null || index >= end || lane.runs().get(index) != run || script == null) {
      return;
    }
    interrupted = true;
    deaf = run.isForced() && dice.coin();
    if (state == State.BLOCKED) {
      wake();
    } else if (making != null) {
      making.interrupt();
    } else if (write != null) {
      write.interrupt();
    }
  }

  // ---- the world

  /** What it runs, unless that is an actor's; null if nothing. */
  @Nullable Execution task(Predicate<Execution> wanted) {
    if (lane == null || index >= end || script == null) {
      return null;
    }
    Execution run = lane.runs().get(index);
    return run.actor() == null && wanted.test(run) ? run : null;
  }

  private @Nullable ObjectId task() {
    return lane == null || index >= end ? null : lane.runs().get(index).spec().id();
  }

  @Override
  public @Nullable Object put(Body body, List<Object> refs, boolean large) {
    List<ObjectId> contained = refs.stream().map(ref -> ((Cell) ref).id).toList();
    if (!large) {
      return process.put(new Outcome.Inline(body, SimProcess.SMALL_BYTES, contained));
    }
    SimWrite writing = write;
    if (writing == null) {
      writing = process.write(body, contained, process.id, this::written);
    }
    write = null;
    Outcome.Stored stored = writing.result();
    Outcome.Stored ahead = stored == null ? writing.ahead() : null;
    if (ahead != null) {
      return process.putAhead(ahead, writing);
    }
    if (stored == null) {
      write = writing;
      return null;
    }
    return process.put(stored);
  }

  @Override
  public Object promise() {
    return process.promise();
  }

  @Override
  public void fulfil(Object promise, Body body, List<Object> refs) {
    process.fulfil((Cell) promise, body, refs);
  }

  @Override
  public List<Object> submit(Program submitted, List<Argument> arguments) {
    List<Object> made = process.submit(submitted, arguments, task());
    cancelWithParent(((Cell) made.getFirst()).id);
    return made;
  }

  @Override
  public Object generate(Program submitted, List<Argument> arguments) {
    Stream made = process.generate(submitted, arguments, task());
    cancelWithParent(Objects.requireNonNull(made.task).spec().id());
    return made;
  }

  /** What a run submits whose children were cancelled is cancelled, too. */
  private void cancelWithParent(ObjectId submitted) {
    if (lane != null && index < end && lane.runs().get(index).areChildrenCancelled()) {
      process.cancel(submitted, lane.runs().get(index).isForced());
    }
  }

  @Override
  public @Nullable Next next(Object given) {
    Stream stream = (Stream) given;
    Outcome.Failed failure = stream.failure;
    if (stream.items.size() <= 1 && failure != null && !Facts.isPlanned(failure)) {
      // It failed by a fault: there may be more items or fewer than there should be.
      throw new Disturbance(failure.code());
    }
    Cell item = stream.items.poll();
    if (item != null) {
      stream.taken++;
      return new Item(item);
    }
    if (!stream.ended) {
      return null;
    }
    return new NoMore();
  }

  @Override
  public void closeStream(Object stream) {
    process.closeStream((Stream) stream);
  }

  private boolean isolated(Program constructor) {
    return cluster.setting().hasProcesses() && constructor.seed() % 4 == 0;
  }

  private static ActorOptions options(
      String name,
      boolean joins,
      boolean lasts,
      ActorShape shape,
      Resources needs,
      boolean isolated) {
    return new ActorOptions(
        name,
        "test",
        joins,
        lasts ? ActorOptions.Lifetime.DETACHED : ActorOptions.Lifetime.COUNTED,
        needs,
        shape.maxConcurrency(),
        shape.groups(),
        shape.maxRestarts(),
        shape.maxTaskRetries(),
        -1,
        ray.SchedulingStrategy.standard(),
        Map.of(),
        isolated ? RuntimeEnv.SHARED.alone() : RuntimeEnv.SHARED);
  }

  @Override
  public Object createActor(Program constructor, List<Argument> arguments, ActorShape shape) {
    Cell made =
        process.createActor(
            constructor,
            arguments,
            options(
                "", false, false, shape, Resources.NONE.with("slots", 1), isolated(constructor)),
            task());
    cluster.checker().made(new ActorId(made.id), shape);
    return made;
  }

  @Override
  public Object call(Object actor, Program method, List<Argument> arguments) {
    Cell called = (Cell) actor;
    if (arguments.stream().anyMatch(argument -> argument instanceof ByRef)) {
      cluster.checker().mayNotRun(method.token(), method.sequence());
    }
    Cell made =
        (Cell)
            process.call(
                called, method, arguments, cluster.checker().shape(new ActorId(called.id)), task());
    cancelWithParent(made.id);
    return made;
  }

  @Override
  public long token() {
    return cluster.nextToken();
  }

  @Override
  public @Nullable Got poll(Object ref) {
    return process.got((Cell) ref);
  }

  @Override
  public Object open(Object umbrella, int i) {
    return process.open((Cell) umbrella, i);
  }

  @Override
  public Object openInput(int argument, int i) {
    ObjectId inner = inputRefs.get(argument).get(i);
    Cell opened = process.openInput(inner);
    acquired.add(inner);
    if (dice.oneIn(4)) {
      opened.users++;
      process.keepInStatic(opened);
    }
    return opened;
  }

  @Override
  public Object keep(Object ref) {
    ((Cell) ref).users++;
    return ref;
  }

  @Override
  public void drop(Object ref) {
    process.drop(ref);
  }

  @Override
  public @Nullable Object view(Object ref) {
    return process.view((Cell) ref);
  }

  @Override
  public void closeView(Object view) {
    process.closeView((View) view);
  }

  // ---- what leaves no result

  @Override
  public void keepForLater(Object ref) {
    process.keepInStatic((Cell) keep(ref));
  }

  @Override
  public void doomed(Program program, List<Argument> arguments, boolean recursive) {
    if (cluster.setting().hasTasksForOneWorker() && program.seed() % 3 == 0) {
      process
          .submitToOneWorker(program, arguments, task())
          .forEach(each -> process.keepInStatic((Cell) each));
      return;
    }
    for (Object each : process.submit(program, arguments, task())) {
      Cell made = (Cell) each;
      process.keepInStatic(made);
      cluster.later(
          process,
          200_000,
          () -> {
            cluster.facts().cancelled();
            process.owner.cancel(made.id, recursive, process.nowNs());
            process.settle();
          });
    }
  }

  @Override
  public void doomedActor(Program constructor, Program method, boolean exits) {
    ActorShape shape =
        new ActorShape(1 + dice.below(2), dice.below(3), dice.below(2), dice.below(3));
    Resources gpus = gpus(constructor, method);
    Cell made =
        process.createActor(
            constructor.sound(),
            List.of(),
            options(
                "",
                false,
                false,
                shape,
                gpus == null ? loosely(false) : gpus,
                gpus != null || isolated(constructor)),
            task());
    cluster.checker().made(new ActorId(made.id), shape);
    callLoosely(made, method);
    if (exits) {
      cluster.facts().killed(new ActorId(made.id));
      process.keepInStatic((Cell) call(made, method.exit(), List.of()));
      callLoosely(made, method);
    }
    process.keepInStatic(made);
    if (!exits || gpus != null || dice.coin()) {
      boolean restart = gpus == null && dice.coin();
      cluster.later(process, 300_000, () -> kill(new ActorId(made.id), restart));
    }
  }

  /**
   * What an actor asks for that nobody waits for: it may wait until others of its like end.
   *
   * @param lasts whether it may stay when all who know it are gone: tasks would wait for its CPUs
   */
  private Resources loosely(boolean lasts) {
    if (!lasts && cluster.setting().hasActorsWithCpus() && dice.coin()) {
      return Resources.NONE.with(Resources.CPU, dice.between(1, cluster.setting().cpus()));
    }
    return Resources.NONE.with(dice.coin() ? "scarce" : "slots", 1);
  }

  /**
   * The GPUs that an actor asks for; null for most. One that had some and waited for a task that
   * needs some would wait for ever, as in Ray: so it is one that never waits, and ends soon.
   */
  private @Nullable Resources gpus(Program constructor, Program method) {
    Setting setting = cluster.setting();
    if (!setting.hasProcesses()
        || !setting.hasActorsWithCpus()
        || !constructor.neverWaits()
        || !method.neverWaits()
        || dice.coin()) {
      return null;
    }
    double count = dice.pick(List.of(0.5, 1.0, 2.0));
    return Resources.NONE.with(Resources.GPU, count);
  }

  private void kill(ActorId actor, boolean restart) {
    cluster.facts().killed(actor);
    cluster.trace().note("kills", process.id, actor);
    process.kill(actor, restart);
  }

  /**
   * Calls that take what nothing but they hold, by a caller of their own; one that is sent again
   * because of what it threw may come behind later ones, so nothing is known of the order of such.
   */
  private void callLoosely(Cell actor, Program given) {
    long caller = cluster.nextToken();
    int calls = dice.below(4);
    for (int i = 1; i <= calls; i++) {
      Program method = given.failingAttempts() > 0 ? given : given.asCall(true, caller, i);
      Body small = new Body(i, List.of());
      Cell inner = process.put(new Outcome.Inline(small, SimProcess.SMALL_BYTES, List.of()));
      Argument argument = new ByValue(new Body(i, List.of(Kind.VALUE)), List.of(inner));
      process.keepInStatic((Cell) call(actor, method, List.of(argument)));
      drop(inner);
    }
  }

  @Override
  public void named(String name, Program constructor, Program method, boolean detached) {
    Cell found = process.find(name);
    if (found == null) {
      cluster.facts().named();
      found =
          process.createActor(
              constructor.sound(),
              List.of(),
              options(
                  name,
                  dice.coin(),
                  detached,
                  ActorShape.PLAIN,
                  loosely(detached),
                  isolated(constructor)),
              task());
      cluster.checker().made(new ActorId(found.id), ActorShape.PLAIN);
    }
    callLoosely(found, method);
    process.keepInStatic(found);
    if (detached) {
      ActorId actor = new ActorId(found.id);
      cluster.later(process, 2_000_000, () -> kill(actor, false));
    }
  }

  @Override
  public String toString() {
    return (lane == null ? "driver " + script : "lane " + lane.runs() + " at " + index)
        + " of "
        + process
        + " "
        + state;
  }
}
