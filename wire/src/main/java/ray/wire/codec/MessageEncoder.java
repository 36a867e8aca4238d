package ray.wire.codec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ray.ActorOptions;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/**
 * Writes one connection's messages. What all calls of a function have in common is written with the
 * first of them, and has a number from then on, which is given anew when there are too many. Not
 * thread-safe.
 */
public final class MessageEncoder {
  /** How many calls a connection remembers. */
  static final int MAX_CALLS = 4096;

  /** So many in a row are written together; with fewer there is nothing to gain. */
  static final int MIN_ROW = 4;

  /** No more leaves in one row, as they are put together apart from the message at first. */
  static final int MAX_LEAVES = 4096;

  /** More tasks than that go in several frames, so that each names fewer calls than that. */
  private static final int MAX_PUSHES = 1024;

  private final OpaqueCodec opaque;
  private final ProtoWriter out;
  private final Map<CallSpec, Integer> numbers = new IdentityHashMap<>();
  private final ArrayDeque<CallSpec> oldest = new ArrayDeque<>();
  private final Map<FunctionKey, byte[]> classes = new HashMap<>();

  /** An encoder that writes frames there. */
  public MessageEncoder(OpaqueCodec opaque, ProtoWriter out) {
    this.opaque = opaque;
    this.out = out;
  }

  /**
   * Writes a frame: the length, then an {@code Envelope}. Many tasks take several.
   *
   * @param to the process that the message is for
   * @param from who sent it, where it is passed on; else 0
   */
  public void frame(long to, long from, Message message) {
    switch (message) {
      case Message.PushTasks(long owner, List<Message.Push> all) when all.size() > MAX_PUSHES -> {
        for (List<Message.Push> some : parts(all)) {
          oneFrame(to, from, new Message.PushTasks(owner, some));
        }
      }
      case Message.PushCalls m when m.calls().size() > MAX_PUSHES -> {
        for (List<Message.Push> some : parts(m.calls())) {
          oneFrame(to, from, new Message.PushCalls(m.caller(), m.actor(), m.incarnation(), some));
        }
      }
      default -> oneFrame(to, from, message);
    }
  }

  private static List<List<Message.Push>> parts(List<Message.Push> pushes) {
    List<List<Message.Push>> parts = new ArrayList<>();
    for (int from = 0; from < pushes.size(); from += MAX_PUSHES) {
      parts.add(pushes.subList(from, Math.min(pushes.size(), from + MAX_PUSHES)));
    }
    return parts;
  }

  private void oneFrame(long to, long from, Message message) {
    int start = out.beginFrame();
    out.fixed64(1, to);
    out.fixed64(2, from);
    define(message);
    int field = MessageFields.of(message);
    int begun = out.begin(field);
    write(message);
    out.end(begun);
    out.endFrame(start);
  }

  /** Writes a frame with a question. */
  public void frame(Request request) {
    int start = out.beginFrame();
    int begun = out.begin(MessageFields.REQUEST);
    out.varint(1, request.id());
    out.varint(2, request.kind());
    out.bytes(3, request.payload());
    out.end(begun);
    out.endFrame(start);
  }

  /** Writes a frame with an answer. */
  public void frame(Response response) {
    int start = out.beginFrame();
    int begun = out.begin(MessageFields.RESPONSE);
    out.varint(1, response.id());
    String failure = response.failure();
    if (failure != null) {
      out.presentString(2, failure);
    }
    out.bytes(3, response.payload());
    out.end(begun);
    out.endFrame(start);
  }

  // ---- calls

  private void define(Message message) {
    switch (message) {
      case Message.PushTasks push -> defineAll(push.tasks());
      case Message.PushCalls push -> defineAll(push.calls());
      case Message.RegisterActor m -> define(m.spec().creation().call());
      case Message.PlaceActor m -> define(m.spec().creation().call());
      case Message.CreateActor m -> define(m.spec().creation().call());
      default -> {}
    }
  }

  private void defineAll(List<Message.Push> pushes) {
    CallSpec last = null;
    for (Message.Push push : pushes) {
      if (push.spec().call() != last) {
        last = push.spec().call();
        define(last);
      }
    }
  }

  private void define(CallSpec call) {
    if (numbers.containsKey(call)) {
      return;
    }
    int number = numbers.size() + 1;
    if (number > MAX_CALLS) {
      CallSpec forgotten = oldest.remove();
      number = Objects.requireNonNull(numbers.remove(forgotten));
    }
    numbers.put(call, number);
    oldest.add(call);
    int begun = out.begin(3);
    out.varint(1, number);
    out.fixed64(2, call.job());
    schedulingClass(3, call.schedulingClass());
    out.string(4, call.name());
    part(5, OpaqueCodec.Part.FUNCTION, call.function());
    out.varint(6, call.returns());
    policy(call.policy());
    out.end(begun);
  }

  private void policy(TaskPolicy policy) {
    int begun = out.begin(7);
    out.varint(1, policy.maxRetries());
    out.varint(2, policy.timeoutNs());
    out.varint(3, policy.backpressure());
    out.string(4, policy.concurrencyGroup());
    labels(5, policy.labels());
    out.end(begun);
  }

  // ---- messages

  private void write(Message message) {
    switch (message) {
      case Message.PushTasks m -> {
        out.fixed64(1, m.owner());
        pushes(2, m.tasks());
      }
      case Message.TasksDone m -> {
        out.fixed64(1, m.worker());
        for (Message.Done done : m.results()) {
          done(2, done);
        }
      }
      case Message.PushCalls m -> {
        out.fixed64(1, m.caller());
        id(2, m.actor().creation());
        out.varint(3, m.incarnation());
        pushes(4, m.calls());
      }
      case Message.RequestLeases m -> {
        out.fixed64(1, m.owner());
        out.fixed64(2, m.job());
        schedulingClass(3, m.schedulingClass());
        out.varint(4, m.count());
        out.bool(5, m.settled());
        out.fixed64(6, m.data());
      }
      case Message.LeasesGranted m -> {
        out.fixed64(1, m.node());
        schedulingClass(2, m.schedulingClass());
        out.fixed64(3, m.worker());
        out.varint(4, m.count());
      }
      case Message.LeasesRefused m -> {
        schedulingClass(1, m.schedulingClass());
        out.string(2, m.reason());
      }
      case Message.LeasesRedirected m -> {
        schedulingClass(1, m.schedulingClass());
        out.fixed64(2, m.node());
      }
      case Message.ReclaimLeases m -> {
        out.fixed64(1, m.node());
        out.varint(2, m.busy());
      }
      case Message.Retire m -> out.bool(1, m.letGo());
      case Message.WorkerSpent m -> out.fixed64(1, m.worker());
      case Message.WorkerRetires m -> out.fixed64(1, m.worker());
      case Message.AttachLease m -> {
        out.varint(1, m.lease());
        out.fixed64(2, m.owner());
        schedulingClass(3, m.schedulingClass());
        out.varint(4, m.gpus());
      }
      case Message.SuspendLease m -> out.varint(1, m.lease());
      case Message.ReplaceLease m -> {
        out.fixed64(1, m.worker());
        out.fixed64(2, m.owner());
        out.fixed64(3, m.job());
        schedulingClass(4, m.schedulingClass());
      }
      case Message.ResumeLease m -> out.varint(1, m.lease());
      case Message.LeaseResumed m -> out.varint(1, m.lease());
      case Message.ReturnLease m -> out.varint(1, m.lease());
      case Message.ShrinkLeases m -> {
        out.fixed64(1, m.owner());
        schedulingClass(2, m.schedulingClass());
        out.varint(3, m.count());
      }
      case Message.LeasesReturned m -> {
        out.fixed64(1, m.worker());
        schedulingClass(2, m.schedulingClass());
        out.varint(3, m.asked());
        out.varint(4, m.count());
      }
      case Message.ItemMade m -> {
        out.fixed64(1, m.worker());
        id(2, m.task());
        out.varint(3, m.attempt());
        out.varint(4, m.index());
        outcome(5, m.outcome());
      }
      case Message.ItemsTaken m -> {
        id(1, m.task());
        out.varint(2, m.count());
      }
      case Message.CancelRun m -> {
        id(1, m.task());
        out.bool(2, m.recursive());
        out.bool(3, m.force());
      }
      case Message.CancelTask m -> {
        id(1, m.task());
        out.bool(2, m.recursive());
        out.bool(3, m.force());
      }
      case Message.EndWorker m -> {
        out.fixed64(1, m.worker());
        out.string(2, m.reason());
      }
      case Message.Resolve m -> {
        out.fixed64(1, m.asker());
        id(2, m.object());
        out.bool(3, m.adopt());
      }
      case Message.Resolved m -> {
        id(1, m.object());
        outcome(2, m.outcome());
        out.bool(3, m.adopt());
      }
      case Message.AddBorrower m -> {
        id(1, m.object());
        out.fixed64(2, m.borrower());
        out.fixed64(3, m.registrar());
        out.bool(4, m.acknowledge());
      }
      case Message.BorrowerAdded m -> id(1, m.object());
      case Message.RemoveBorrower m -> {
        id(1, m.object());
        out.fixed64(2, m.borrower());
        out.fixed64(3, m.registrar());
        out.varint(4, m.registrations());
      }
      case Message.ConfirmBorrower m -> {
        id(1, m.object());
        out.fixed64(2, m.registrar());
      }
      case Message.BorrowerConfirmed m -> {
        id(1, m.object());
        out.fixed64(2, m.borrower());
        out.fixed64(3, m.registrar());
        out.varint(4, m.registrations());
      }
      case Message.ProbeAlias m -> {
        id(1, m.origin());
        id(2, m.at());
      }
      case Message.AliasCycle m -> id(1, m.origin());
      case Message.RegisterActor m -> {
        actor(1, m.spec());
        separateValues(2, m.values());
        out.fixed64(3, m.owner());
      }
      case Message.ActorRegistered m -> {
        id(1, m.requested().creation());
        id(2, m.actual().creation());
        String refusal = m.refusal();
        if (refusal != null) {
          out.presentString(3, refusal);
        }
      }
      case Message.WatchActor m -> {
        id(1, m.actor().creation());
        out.fixed64(2, m.watcher());
      }
      case Message.ActorChanged m -> {
        id(1, m.actor().creation());
        out.varint(2, m.state().ordinal());
        out.varint(3, m.incarnation());
        out.fixed64(4, m.worker());
        failed(5, m.cause());
        ids(6, m.retained());
      }
      case Message.PlaceActor m -> {
        actor(1, m.spec());
        separateValues(2, m.values());
        out.varint(3, m.incarnation());
        out.fixed64(4, m.owner());
      }
      case Message.CreateActor m -> {
        actor(1, m.spec());
        separateValues(2, m.values());
        out.varint(3, m.incarnation());
        out.fixed64(4, m.owner());
        out.varint(5, m.lease());
        out.varint(6, m.gpus());
      }
      case Message.ActorCreated m -> {
        id(1, m.actor().creation());
        out.varint(2, m.incarnation());
        out.fixed64(3, m.worker());
        failed(4, m.failure());
        ids(5, m.retained());
      }
      case Message.ConstructorsEnded m -> id(1, m.actor().creation());
      case Message.CallsRefused m -> {
        id(1, m.actor().creation());
        out.varint(2, m.incarnation());
        ids(3, m.tasks());
      }
      case Message.ActorOutOfScope m -> id(1, m.actor().creation());
      case Message.KillActor m -> {
        id(1, m.actor().creation());
        out.bool(2, m.restart());
        out.string(3, m.reason());
      }
      case Message.StopActor m -> {
        id(1, m.actor().creation());
        out.varint(2, m.incarnation());
        out.string(3, m.reason());
        out.bool(4, m.drain());
      }
      case Message.ActorStopped m -> {
        id(1, m.actor().creation());
        out.varint(2, m.incarnation());
        out.bool(3, m.intended());
        out.string(4, m.reason());
      }
      case Message.RegisterNode m -> node(1, m.node());
      case Message.NodesChanged m -> {
        for (NodeView node : m.nodes()) {
          node(1, node);
        }
        for (long gone : m.gone()) {
          out.repeatedFixed64(2, gone);
        }
      }
      case Message.ProcessDied m -> {
        out.fixed64(1, m.process());
        out.string(2, m.reason());
        out.varint(3, m.cause().ordinal());
      }
      case Message.ResultsLeft m -> {
        out.fixed64(1, m.worker());
        out.fixed64(2, m.node());
        for (long key : m.keys()) {
          out.repeatedFixed64(3, key);
        }
      }
      case Message.JobEnded m -> out.fixed64(1, m.job());
    }
  }

  // ---- what they are made of

  private void id(int field, ObjectId id) {
    int begun = out.beginShort(field);
    out.fixed64(1, id.owner());
    out.zigzag(2, id.number());
    out.endShort(begun);
  }

  private void ids(int field, List<ObjectId> ids) {
    for (int i = 0; i < ids.size(); i++) {
      id(field, ids.get(i));
    }
  }

  private void part(int field, OpaqueCodec.Part part, Object value) {
    int begun = out.begin(field);
    opaque.write(part, value, out);
    out.end(begun);
  }

  private void pushes(int field, List<Message.Push> pushes) {
    for (Message.Push push : pushes) {
      int begun = out.begin(field);
      task(1, push.spec());
      out.varint(2, push.attempt());
      values(3, push.values());
      out.end(begun);
    }
  }

  private void task(int field, TaskSpec task) {
    int begun = out.begin(field);
    id(1, task.id());
    ObjectId parent = task.parent();
    if (parent != null) {
      id(2, parent);
    }
    out.varint(3, Objects.requireNonNull(numbers.get(task.call())));
    arguments(task.arguments());
    ids(5, task.nested());
    if (task.actor() != null) {
      id(6, task.actor().creation());
    }
    out.end(begun);
  }

  private void arguments(@Nullable Object[] arguments) {
    int next = 0;
    while (next < arguments.length) {
      int end = endOfRefs(arguments, next);
      if (end - next >= MIN_ROW) {
        refs(arguments, next, end);
        next = end;
      }
      while (next < end) {
        argument(arguments[next++]);
      }
    }
  }

  /** Where the row of refs of one owner ends that begins there; of what is no ref, behind it. */
  private static int endOfRefs(@Nullable Object[] arguments, int start) {
    int end = start + 1;
    if (arguments[start] instanceof RefArgument first) {
      long owner = first.id().owner();
      while (end < arguments.length
          && arguments[end] instanceof RefArgument ref
          && ref.id().owner() == owner) {
        end++;
      }
    }
    return end;
  }

  private void refs(@Nullable Object[] arguments, int start, int end) {
    int begun = out.begin(4);
    int refs = out.begin(3);
    out.fixed64(1, referred(arguments[start]).owner());
    int steps = out.begin(2);
    long previous = 0;
    for (int i = start; i < end; i++) {
      long number = referred(arguments[i]).number();
      out.packedZigzag(number - previous);
      previous = number;
    }
    out.end(steps);
    out.end(refs);
    out.end(begun);
  }

  private static ObjectId referred(@Nullable Object argument) {
    return ((RefArgument) Objects.requireNonNull(argument)).id();
  }

  private void argument(@Nullable Object argument) {
    int begun = out.begin(4);
    if (argument instanceof RefArgument ref) {
      id(1, ref.id());
    } else if (argument != null) {
      part(2, OpaqueCodec.Part.BODY, argument);
    }
    out.end(begun);
  }

  private void values(int field, Outcome @Nullable [] values) {
    if (values != null) {
      int begun = out.begin(field);
      outcomes(1, values);
      out.end(begun);
    }
  }

  /** Those of a constructor: on their way are processes that can't take a row apart. */
  private void separateValues(int field, Outcome @Nullable [] values) {
    if (values != null) {
      int begun = out.begin(field);
      for (Outcome value : values) {
        outcome(1, value);
      }
      out.end(begun);
    }
  }

  private void done(int field, Message.Done done) {
    int begun = out.begin(field);
    id(1, done.task());
    out.varint(2, done.attempt());
    List<Outcome> outcomes = done.outcomes();
    if (outcomes.size() == 1) {
      outcome(3, outcomes.getFirst());
    } else {
      outcomes(3, outcomes.toArray(new Outcome[0]));
    }
    ids(4, done.retained());
    out.varint(5, done.items());
    out.zigzag(6, done.durationNs());
    out.end(begun);
  }

  private void outcomes(int field, Outcome[] outcomes) {
    int next = 0;
    while (next < outcomes.length) {
      int end = endOfLeaves(outcomes, next);
      if (end - next >= MIN_ROW) {
        leaves(field, outcomes, next, end);
        next = end;
      }
      while (next < end) {
        outcome(field, outcomes[next++]);
      }
    }
  }

  /** Where the row of leaves ends that begins there; of what is none, behind it. */
  private int endOfLeaves(Outcome[] outcomes, int start) {
    int most = Math.min(outcomes.length, start + MAX_LEAVES);
    int end = start;
    while (end < most && isLeaf(outcomes[end])) {
      end++;
    }
    return Math.max(end, start + 1);
  }

  /** What is handed over as it is has no size. */
  private boolean isLeaf(Outcome outcome) {
    return outcome instanceof Outcome.Inline inline
        && inline.sizeBytes() == 0
        && inline.contained().isEmpty()
        && opaque.isLeaf(inline.body());
  }

  private void leaves(int field, Outcome[] outcomes, int start, int end) {
    @Nullable Object[] bodies = new @Nullable Object[end - start];
    for (int i = start; i < end; i++) {
      bodies[i - start] = ((Outcome.Inline) outcomes[i]).body();
    }
    int begun = out.begin(field);
    part(5, OpaqueCodec.Part.LEAVES, bodies);
    out.end(begun);
  }

  private void outcome(int field, Outcome outcome) {
    int begun = out.begin(field);
    switch (outcome) {
      case Outcome.Inline(Object body, long sizeBytes, List<ObjectId> contained) -> {
        int inline = out.begin(1);
        if (body != null) {
          part(1, OpaqueCodec.Part.BODY, body);
        }
        out.varint(2, sizeBytes);
        ids(3, contained);
        out.end(inline);
      }
      case Outcome.Stored(
              long node,
              long key,
              long sizeBytes,
              List<ObjectId> contained,
              Object kinds) -> {
        int stored = out.begin(2);
        out.fixed64(1, node);
        out.varint(2, key);
        out.varint(3, sizeBytes);
        ids(4, contained);
        if (kinds != null) {
          part(5, OpaqueCodec.Part.KINDS, kinds);
        }
        out.end(stored);
      }
      case Outcome.Alias alias -> id(3, alias.target());
      case Outcome.Failed failed -> failed(4, failed);
    }
    out.end(begun);
  }

  private void failed(int field, Outcome.@Nullable Failed failed) {
    if (failed == null) {
      return;
    }
    int begun = out.begin(field);
    out.varint(1, failed.code().ordinal());
    out.string(2, failed.message());
    Object error = failed.error();
    if (error != null) {
      part(3, OpaqueCodec.Part.ERROR, error);
    }
    out.bool(4, failed.retryable());
    out.end(begun);
  }

  private void actor(int field, ActorSpec actor) {
    int begun = out.begin(field);
    id(1, actor.id().creation());
    out.string(2, actor.className());
    out.string(3, actor.namespace());
    options(4, actor.options());
    task(5, actor.creation());
    out.end(begun);
  }

  private void options(int field, ActorOptions options) {
    int begun = out.begin(field);
    out.string(1, options.name());
    String namespace = options.namespace();
    if (namespace != null) {
      out.presentString(2, namespace);
    }
    out.bool(3, options.getIfExists());
    out.bool(4, options.lifetime() == ActorOptions.Lifetime.DETACHED);
    amounts(5, options.resources());
    out.varint(6, options.maxConcurrency());
    options
        .concurrencyGroups()
        .forEach((group, limit) -> {
          int entry = out.begin(7);
          out.string(1, group);
          out.varint(2, limit);
          out.end(entry);
        });
    out.varint(8, options.maxRestarts());
    out.varint(9, options.maxTaskRetries());
    out.varint(10, options.maxPendingCalls());
    strategy(11, options.strategy());
    labels(12, options.labels());
    environment(13, options.runtimeEnv());
    out.end(begun);
  }

  private void node(int field, NodeView node) {
    int begun = out.begin(field);
    out.fixed64(1, node.id());
    amounts(2, node.total());
    amounts(3, node.available());
    labels(4, node.labels());
    out.end(begun);
  }

  /** Few classes are written again and again: their fields are kept. */
  private void schedulingClass(int field, FunctionKey key) {
    int begun = out.begin(field);
    byte[] known = classes.get(key);
    if (known == null) {
      int start = out.size();
      out.string(1, key.function());
      amounts(2, key.resources());
      strategy(3, key.strategy());
      environment(4, key.runtimeEnv());
      if (classes.size() == MAX_CALLS) {
        classes.clear();
      }
      classes.put(key, Arrays.copyOfRange(out.array(), start, out.size()));
    } else {
      out.append(known);
    }
    out.end(begun);
  }

  private void environment(int field, RuntimeEnv environment) {
    if (environment.isShared()) {
      return;
    }
    int begun = out.begin(field);
    out.bool(1, environment.isolated());
    environment.jvmOptions().forEach(option -> out.presentString(2, option));
    labels(3, environment.variables());
    out.varint(4, environment.maxTasks());
    out.end(begun);
  }

  private void amounts(int field, Resources resources) {
    int begun = out.begin(field);
    resources
        .units()
        .forEach((name, amount) -> {
          int entry = out.begin(1);
          out.string(1, name);
          out.varint(2, amount);
          out.end(entry);
        });
    out.end(begun);
  }

  private void strategy(int field, SchedulingStrategy strategy) {
    int begun = out.begin(field);
    switch (strategy) {
      case SchedulingStrategy.Standard standard -> {}
      case SchedulingStrategy.Spread spread -> out.bool(1, true);
      case SchedulingStrategy.Naive naive -> out.bool(4, true);
      case SchedulingStrategy.LocalityAware aware -> out.bool(5, true);
      case SchedulingStrategy.NodeAffinity(String node, boolean soft) -> {
        int affinity = out.begin(2);
        out.string(1, node);
        out.bool(2, soft);
        out.end(affinity);
      }
      case SchedulingStrategy.NodeLabels(Map<String, String> required) -> labels(3, required);
      case SchedulingStrategy.WorkerAffinity there -> out.fixed64(6, there.id());
    }
    out.end(begun);
  }

  private void labels(int field, Map<String, String> labels) {
    int begun = out.begin(field);
    labels.forEach((key, value) -> {
      int entry = out.begin(1);
      out.string(1, key);
      out.string(2, value);
      out.end(entry);
    });
    out.end(begun);
  }
}
