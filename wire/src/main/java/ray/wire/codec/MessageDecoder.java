package ray.wire.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorInfo;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.DeathCause;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/**
 * Reads one connection's messages. Whatever comes, it throws no other exception than an {@link
 * IOException}. Not thread-safe.
 */
public final class MessageDecoder {
  private static final ErrorCode[] CODES = ErrorCode.values();
  private static final ActorInfo.State[] STATES = ActorInfo.State.values();
  private static final DeathCause[] CAUSES = DeathCause.values();
  private static final @Nullable Object[] NO_ARGUMENTS = {};

  /** The messages with several plain numbers of one kind: all of them, and those of field 3. */
  private static final int NODES_CHANGED = 47;

  private static final int RESULTS_LEFT = 58;

  private final OpaqueCodec opaque;
  private final @Nullable CallSpec[] calls = new @Nullable CallSpec[MessageEncoder.MAX_CALLS + 1];
  private final Map<FunctionKey, FunctionKey> classes = new HashMap<>();

  /** A decoder of a connection on which nothing was read. */
  public MessageDecoder(OpaqueCodec opaque) {
    this.opaque = opaque;
  }

  /** Gets what was read. */
  public interface Sink {
    /**
     * A message.
     *
     * @param to the process that it is for
     * @param from who sent it, where it was passed on; else 0
     */
    void message(long to, long from, Message message);

    /** A question. */
    void request(Request request);

    /** An answer. */
    void response(Response response);
  }

  /** Reads an {@code Envelope}. */
  public void read(byte[] bytes, int offset, int length, Sink sink) throws IOException {
    try {
      envelope(CodedInputStream.newInstance(bytes, offset, length), sink);
    } catch (RuntimeException damaged) {
      throw new IOException("a message that makes no sense", damaged);
    }
  }

  private void envelope(CodedInputStream in, Sink sink) throws IOException {
    long to = 0;
    long from = 0;
    Object content = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      int field = tag >>> 3;
      switch (field) {
        case 1 -> to = in.readFixed64();
        case 2 -> from = in.readFixed64();
        case 3 -> nested(in, this::definition);
        case MessageFields.REQUEST -> content = nested(in, MessageDecoder::request);
        case MessageFields.RESPONSE -> content = nested(in, MessageDecoder::response);
        default -> content = nested(in, fields -> message(field, fields));
      }
    }
    switch (content) {
      case Message message -> sink.message(to, from, message);
      case Request request -> sink.request(request);
      case Response response -> sink.response(response);
      case null, default -> throw new InvalidProtocolBufferException("an envelope without content");
    }
  }

  private static Request request(CodedInputStream in) throws IOException {
    long id = 0;
    int kind = 0;
    byte[] payload = {};
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> id = in.readInt64();
        case 2 -> kind = in.readInt32();
        case 3 -> payload = in.readByteArray();
        default -> in.skipField(tag);
      }
    }
    return new Request(id, kind, payload);
  }

  private static Response response(CodedInputStream in) throws IOException {
    long id = 0;
    String failure = null;
    byte[] payload = {};
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> id = in.readInt64();
        case 2 -> failure = in.readStringRequireUtf8();
        case 3 -> payload = in.readByteArray();
        default -> in.skipField(tag);
      }
    }
    return new Response(id, failure, payload);
  }

  /** Reads the content of a length-delimited field. */
  private interface Content<T> {
    T read(CodedInputStream in) throws IOException;
  }

  private static <T> T nested(CodedInputStream in, Content<T> content) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    T value = content.read(in);
    in.checkLastTagWas(0);
    in.popLimit(outer);
    return value;
  }

  private Object part(CodedInputStream in, OpaqueCodec.Part part) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    Object value = opaque.read(part, in);
    if (in.getBytesUntilLimit() != 0) {
      throw new InvalidProtocolBufferException("a " + part + " that goes on after its end");
    }
    in.popLimit(outer);
    return value;
  }

  private static <T> T present(@Nullable T value) throws IOException {
    if (value == null) {
      throw new InvalidProtocolBufferException("a message that lacks a part");
    }
    return value;
  }

  // ---- messages

  private Message message(int field, CodedInputStream in) throws IOException {
    if (field > MessageFields.LAST) {
      throw new InvalidProtocolBufferException("no message has the number " + field);
    }
    Fields f = new Fields(field);
    for (int tag; (tag = in.readTag()) != 0; ) {
      f.read(tag, in);
    }
    return f.message();
  }

  /** What a length-delimited field of a message is. */
  private enum Shape {
    ID,
    IDS("36:6 39:5 41:3"),
    PUSHES("4:2 6:4"),
    RESULTS("5:2"),
    NODE("46:1"),
    NODES("47:1"),
    CLASS("7:3 8:2 9:1 10:1 12:3 14:4 18:2 19:2"),
    OUTCOME("20:5 25:2"),
    ACTOR("33:1 37:1 38:1"),
    VALUES("33:2 37:2 38:2"),
    FAILED("36:5 39:4"),
    TEXT("9:2 34:3 43:3 44:3 45:4 48:2 57:2");

    private static final Shape[][] BY_FIELD = byField();

    private final String fields;

    /** The shape of all fields that no other has. */
    Shape() {
      this("");
    }

    /** The shape of these fields: the number of the message in its envelope, that of the field. */
    Shape(String fields) {
      this.fields = fields;
    }

    private static Shape[][] byField() {
      Shape[][] shapes = new Shape[MessageFields.LAST + 1][Fields.MAX + 1];
      for (Shape[] each : shapes) {
        Arrays.fill(each, ID);
      }
      for (Shape shape : values()) {
        for (Matcher m = Pattern.compile("(\\d+):(\\d)").matcher(shape.fields); m.find(); ) {
          shapes[Integer.parseInt(m.group(1))][Integer.parseInt(m.group(2))] = shape;
        }
      }
      return shapes;
    }

    static Shape of(int message, int field) {
      return BY_FIELD[message][field];
    }
  }

  /**
   * The fields of any message. Most messages have the same few kinds of fields, each at another
   * number: so they are kept by kind, in the order in which they come.
   */
  private final class Fields {
    /** No message has more. */
    static final int MAX = 6;

    private final int kind;
    private final long[] numbers = new long[MAX + 1];
    private final @Nullable Object[] objects = new @Nullable Object[MAX + 1];

    Fields(int kind) {
      this.kind = kind;
    }

    void read(int tag, CodedInputStream in) throws IOException {
      int field = tag >>> 3;
      switch (tag & 7) {
        case 0 -> numbers[at(field)] = in.readRawVarint64();
        case 1 -> fixed(field, in.readFixed64());
        case 2 -> object(at(field), in);
        default -> throw new InvalidProtocolBufferException("a field of another kind");
      }
    }

    private static int at(int field) throws IOException {
      if (field < 1 || field > MAX) {
        throw new InvalidProtocolBufferException("a field that this version does not know");
      }
      return field;
    }

    private void fixed(int field, long value) throws IOException {
      if (kind == NODES_CHANGED || kind == RESULTS_LEFT && field == 3) {
        list(at(field)).add(value);
      } else {
        numbers[at(field)] = value;
      }
    }

    @SuppressWarnings("unchecked")
    private List<Object> list(int field) {
      List<Object> list = (List<Object>) objects[field];
      if (list == null) {
        list = new ArrayList<>();
        objects[field] = list;
      }
      return list;
    }

    private void object(int field, CodedInputStream in) throws IOException {
      Shape shape = Shape.of(kind, field);
      switch (shape) {
        case ID -> objects[field] = nested(in, MessageDecoder::id);
        case IDS -> list(field).add(nested(in, MessageDecoder::id));
        case PUSHES -> list(field).add(nested(in, MessageDecoder.this::push));
        case RESULTS -> list(field).add(nested(in, MessageDecoder.this::done));
        case NODE -> objects[field] = nested(in, MessageDecoder::node);
        case NODES -> list(field).add(nested(in, MessageDecoder::node));
        case CLASS -> objects[field] = nested(in, MessageDecoder.this::schedulingClass);
        case OUTCOME -> objects[field] = nested(in, MessageDecoder.this::outcome);
        case ACTOR -> objects[field] = nested(in, MessageDecoder.this::actor);
        case VALUES -> objects[field] = nested(in, MessageDecoder.this::values);
        case FAILED -> objects[field] = nested(in, MessageDecoder.this::failed);
        case TEXT -> objects[field] = in.readStringRequireUtf8();
      }
    }

    private ObjectId id(int field) throws IOException {
      return (ObjectId) present(objects[field]);
    }

    private ActorId actorId(int field) throws IOException {
      return new ActorId(id(field));
    }

    private FunctionKey key(int field) throws IOException {
      return (FunctionKey) present(objects[field]);
    }

    private ActorSpec actor(int field) throws IOException {
      return (ActorSpec) present(objects[field]);
    }

    private Outcome outcome(int field) throws IOException {
      return (Outcome) present(objects[field]);
    }

    private Outcome @Nullable [] values(int field) {
      return (Outcome[]) objects[field];
    }

    private Outcome.@Nullable Failed failed(int field) {
      return (Outcome.Failed) objects[field];
    }

    private @Nullable String text(int field) {
      return (String) objects[field];
    }

    private String string(int field) {
      return Objects.requireNonNullElse(text(field), "");
    }

    private int count(int field) {
      return (int) numbers[field];
    }

    private boolean flag(int field) {
      return numbers[field] != 0;
    }

    @SuppressWarnings("unchecked")
    private <T> List<T> all(int field) {
      return objects[field] == null ? List.of() : (List<T>) objects[field];
    }

    Message message() throws IOException {
      return switch (kind) {
        case 4 -> new Message.PushTasks(numbers[1], all(2));
        case 5 -> new Message.TasksDone(numbers[1], all(2));
        case 6 -> new Message.PushCalls(numbers[1], actorId(2), count(3), all(4));
        case 7 ->
            new Message.RequestLeases(
                numbers[1], numbers[2], key(3), count(4), flag(5), numbers[6]);
        case 8 -> new Message.LeasesGranted(numbers[1], key(2), numbers[3], count(4));
        case 9 -> new Message.LeasesRefused(key(1), string(2));
        case 10 -> new Message.LeasesRedirected(key(1), numbers[2]);
        case 11 -> new Message.ReclaimLeases(numbers[1], count(2));
        case 12 -> new Message.AttachLease(numbers[1], numbers[2], key(3), numbers[4]);
        case 13 -> new Message.SuspendLease(numbers[1]);
        case 14 -> new Message.ReplaceLease(numbers[1], numbers[2], numbers[3], key(4));
        case 15 -> new Message.ResumeLease(numbers[1]);
        case 16 -> new Message.LeaseResumed(numbers[1]);
        case 17 -> new Message.ReturnLease(numbers[1]);
        case 18 -> new Message.ShrinkLeases(numbers[1], key(2), count(3));
        case 19 -> new Message.LeasesReturned(numbers[1], key(2), count(3), count(4));
        case 20 -> new Message.ItemMade(numbers[1], id(2), count(3), count(4), outcome(5));
        case 21 -> new Message.ItemsTaken(id(1), count(2));
        case 22 -> new Message.CancelRun(id(1), flag(2), flag(3));
        case 23 -> new Message.CancelTask(id(1), flag(2), flag(3));
        case 24 -> new Message.Resolve(numbers[1], id(2), flag(3));
        case 25 -> new Message.Resolved(id(1), outcome(2), flag(3));
        case 26 -> new Message.AddBorrower(id(1), numbers[2], numbers[3], flag(4));
        case 27 -> new Message.BorrowerAdded(id(1));
        case 28 -> new Message.RemoveBorrower(id(1), numbers[2], numbers[3], count(4));
        case 29 -> new Message.ConfirmBorrower(id(1), numbers[2]);
        case 30 -> new Message.BorrowerConfirmed(id(1), numbers[2], numbers[3], count(4));
        case 31 -> new Message.ProbeAlias(id(1), id(2));
        case 32 -> new Message.AliasCycle(id(1));
        case 33 -> new Message.RegisterActor(actor(1), values(2), numbers[3]);
        case 34 -> new Message.ActorRegistered(actorId(1), actorId(2), text(3));
        case 35 -> new Message.WatchActor(actorId(1), numbers[2]);
        case 36 ->
            new Message.ActorChanged(
                actorId(1), STATES[count(2)], count(3), numbers[4], failed(5), all(6));
        case 37 -> new Message.PlaceActor(actor(1), values(2), count(3), numbers[4]);
        case 38 ->
            new Message.CreateActor(
                actor(1), values(2), count(3), numbers[4], numbers[5], numbers[6]);
        case 39 -> new Message.ActorCreated(actorId(1), count(2), numbers[3], failed(4), all(5));
        case 40 -> new Message.ConstructorsEnded(actorId(1));
        case 41 -> new Message.CallsRefused(actorId(1), count(2), all(3));
        case 42 -> new Message.ActorOutOfScope(actorId(1));
        case 43 -> new Message.KillActor(actorId(1), flag(2), string(3));
        case 44 -> new Message.StopActor(actorId(1), count(2), string(3), flag(4));
        case 45 -> new Message.ActorStopped(actorId(1), count(2), flag(3), string(4));
        case 46 -> new Message.RegisterNode((NodeView) present(objects[1]));
        case 47 -> new Message.NodesChanged(all(1), all(2));
        case 48 -> new Message.ProcessDied(numbers[1], string(2), CAUSES[count(3)]);
        case 49 -> new Message.JobEnded(numbers[1]);
        case 50 -> new Message.Retire(flag(1));
        case 55 -> new Message.WorkerSpent(numbers[1]);
        case 56 -> new Message.WorkerRetires(numbers[1]);
        case 57 -> new Message.EndWorker(numbers[1], string(2));
        case 58 -> new Message.ResultsLeft(numbers[1], numbers[2], all(3));
        default -> throw new InvalidProtocolBufferException("no message has the number " + kind);
      };
    }
  }

  // ---- what they are made of

  private static ObjectId id(CodedInputStream in) throws IOException {
    long owner = 0;
    long number = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> owner = in.readFixed64();
        case 2 -> number = in.readSInt64();
        default -> in.skipField(tag);
      }
    }
    return new ObjectId(owner, number);
  }

  private CallSpec definition(CodedInputStream in) throws IOException {
    int number = 0;
    long job = 0;
    FunctionKey key = null;
    String name = "";
    Object function = null;
    int returns = 0;
    TaskPolicy policy = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> number = in.readRawVarint32();
        case 2 -> job = in.readFixed64();
        case 3 -> key = nested(in, this::schedulingClass);
        case 4 -> name = in.readStringRequireUtf8();
        case 5 -> function = part(in, OpaqueCodec.Part.FUNCTION);
        case 6 -> returns = in.readInt32();
        case 7 -> policy = nested(in, MessageDecoder::policy);
        default -> in.skipField(tag);
      }
    }
    CallSpec call =
        new CallSpec(job, present(key), name, present(function), returns, present(policy));
    calls[number] = call;
    return call;
  }

  private static TaskPolicy policy(CodedInputStream in) throws IOException {
    int maxRetries = 0;
    long timeoutNs = 0;
    int backpressure = 0;
    String group = "";
    Map<String, String> labels = Map.of();
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> maxRetries = in.readInt32();
        case 2 -> timeoutNs = in.readInt64();
        case 3 -> backpressure = in.readInt32();
        case 4 -> group = in.readStringRequireUtf8();
        case 5 -> labels = nested(in, MessageDecoder::labels);
        default -> in.skipField(tag);
      }
    }
    return new TaskPolicy(maxRetries, List.of(), timeoutNs, backpressure, group, labels);
  }

  private Message.Push push(CodedInputStream in) throws IOException {
    TaskSpec task = null;
    int attempt = 0;
    Outcome[] values = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> task = nested(in, this::task);
        case 2 -> attempt = in.readInt32();
        case 3 -> values = nested(in, this::values);
        default -> in.skipField(tag);
      }
    }
    return new Message.Push(present(task), attempt, values);
  }

  private TaskSpec task(CodedInputStream in) throws IOException {
    ObjectId id = null;
    ObjectId parent = null;
    int call = 0;
    List<@Nullable Object> arguments = null;
    List<ObjectId> nested = List.of();
    ObjectId actor = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> id = nested(in, MessageDecoder::id);
        case 2 -> parent = nested(in, MessageDecoder::id);
        case 3 -> call = in.readRawVarint32();
        case 4 -> {
          arguments = arguments == null ? new ArrayList<>() : arguments;
          int outer = in.pushLimit(in.readRawVarint32());
          argument(in, arguments);
          in.popLimit(outer);
        }
        case 5 -> nested = with(nested, nested(in, MessageDecoder::id));
        case 6 -> actor = nested(in, MessageDecoder::id);
        default -> in.skipField(tag);
      }
    }
    return new TaskSpec(
        present(id),
        parent,
        present(calls[call]),
        arguments == null ? NO_ARGUMENTS : arguments.toArray(),
        nested,
        actor == null ? null : new ActorId(actor));
  }

  /** Adds the argument, or as many as are written together. */
  private void argument(CodedInputStream in, List<@Nullable Object> arguments) throws IOException {
    Object argument = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> argument = new RefArgument(nested(in, MessageDecoder::id));
        case 2 -> argument = part(in, OpaqueCodec.Part.BODY);
        case 3 -> argument = nested(in, MessageDecoder::refs);
        default -> in.skipField(tag);
      }
    }
    if (argument instanceof RefArgument[] row) {
      Collections.addAll(arguments, row);
    } else {
      arguments.add(argument);
    }
  }

  private static RefArgument[] refs(CodedInputStream in) throws IOException {
    long owner = 0;
    long[] steps = new long[16];
    int count = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> owner = in.readFixed64();
        case 2 -> {
          int outer = in.pushLimit(in.readRawVarint32());
          while (in.getBytesUntilLimit() > 0) {
            if (count == steps.length) {
              steps = Arrays.copyOf(steps, 2 * count);
            }
            steps[count++] = in.readSInt64();
          }
          in.popLimit(outer);
        }
        default -> in.skipField(tag);
      }
    }
    RefArgument[] refs = new RefArgument[count];
    long number = 0;
    for (int i = 0; i < count; i++) {
      number += steps[i];
      refs[i] = new RefArgument(new ObjectId(owner, number));
    }
    return refs;
  }

  private static <T> List<T> with(List<T> list, T more) {
    List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
    longer.add(more);
    return longer;
  }

  private Outcome[] values(CodedInputStream in) throws IOException {
    List<Outcome> values = new ArrayList<>();
    for (int tag; (tag = in.readTag()) != 0; ) {
      if (tag >>> 3 == 1) {
        addOutcomes(values, nested(in, this::outcomeOrLeaves));
      } else {
        in.skipField(tag);
      }
    }
    return values.toArray(new Outcome[0]);
  }

  private Message.Done done(CodedInputStream in) throws IOException {
    ObjectId task = null;
    int attempt = 0;
    List<Outcome> outcomes = List.of();
    List<ObjectId> retained = List.of();
    int items = 0;
    long durationNs = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> task = nested(in, MessageDecoder::id);
        case 2 -> attempt = in.readInt32();
        case 3 -> {
          Object read = nested(in, this::outcomeOrLeaves);
          if (outcomes.isEmpty() && read instanceof Outcome outcome) {
            outcomes = List.of(outcome);
          } else {
            outcomes = outcomes.size() <= 1 ? new ArrayList<>(outcomes) : outcomes;
            addOutcomes(outcomes, read);
          }
        }
        case 4 -> retained = with(retained, nested(in, MessageDecoder::id));
        case 5 -> items = in.readInt32();
        case 6 -> durationNs = in.readSInt64();
        default -> in.skipField(tag);
      }
    }
    return new Message.Done(present(task), attempt, outcomes, retained, items, durationNs);
  }

  private Outcome outcome(CodedInputStream in) throws IOException {
    if (outcomeOrLeaves(in) instanceof Outcome outcome) {
      return outcome;
    }
    throw new InvalidProtocolBufferException("several outcomes where there is one");
  }

  /** An {@link Outcome}, or the bodies of several in an array. */
  private Object outcomeOrLeaves(CodedInputStream in) throws IOException {
    Object read = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> read = nested(in, this::inline);
        case 2 -> read = nested(in, this::stored);
        case 3 -> read = new Outcome.Alias(nested(in, MessageDecoder::id));
        case 4 -> read = nested(in, this::failed);
        case 5 -> read = part(in, OpaqueCodec.Part.LEAVES);
        default -> in.skipField(tag);
      }
    }
    return present(read);
  }

  private static void addOutcomes(List<Outcome> outcomes, Object read) {
    if (read instanceof Outcome outcome) {
      outcomes.add(outcome);
      return;
    }
    for (Object leaf : (@Nullable Object[]) read) {
      outcomes.add(new Outcome.Inline(leaf, 0, List.of()));
    }
  }

  private Outcome inline(CodedInputStream in) throws IOException {
    Object body = null;
    long sizeBytes = 0;
    List<ObjectId> contained = List.of();
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> body = part(in, OpaqueCodec.Part.BODY);
        case 2 -> sizeBytes = in.readInt64();
        case 3 -> contained = with(contained, nested(in, MessageDecoder::id));
        default -> in.skipField(tag);
      }
    }
    return new Outcome.Inline(body, sizeBytes, contained);
  }

  private Outcome stored(CodedInputStream in) throws IOException {
    long node = 0;
    long key = 0;
    long sizeBytes = 0;
    List<ObjectId> contained = List.of();
    Object kinds = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> node = in.readFixed64();
        case 2 -> key = in.readInt64();
        case 3 -> sizeBytes = in.readInt64();
        case 4 -> contained = with(contained, nested(in, MessageDecoder::id));
        case 5 -> kinds = part(in, OpaqueCodec.Part.KINDS);
        default -> in.skipField(tag);
      }
    }
    return new Outcome.Stored(node, key, sizeBytes, contained, kinds);
  }

  private Outcome.Failed failed(CodedInputStream in) throws IOException {
    int code = 0;
    String message = "";
    Object error = null;
    boolean retryable = false;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> code = in.readInt32();
        case 2 -> message = in.readStringRequireUtf8();
        case 3 -> error = part(in, OpaqueCodec.Part.ERROR);
        case 4 -> retryable = in.readBool();
        default -> in.skipField(tag);
      }
    }
    return new Outcome.Failed(CODES[code], message, error, retryable);
  }

  private ActorSpec actor(CodedInputStream in) throws IOException {
    ObjectId id = null;
    String className = "";
    String namespace = "";
    ActorOptions options = null;
    TaskSpec creation = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> id = nested(in, MessageDecoder::id);
        case 2 -> className = in.readStringRequireUtf8();
        case 3 -> namespace = in.readStringRequireUtf8();
        case 4 -> options = nested(in, MessageDecoder::options);
        case 5 -> creation = nested(in, this::task);
        default -> in.skipField(tag);
      }
    }
    return new ActorSpec(
        new ActorId(present(id)), className, namespace, present(options), present(creation));
  }

  private static ActorOptions options(CodedInputStream in) throws IOException {
    String name = "";
    String namespace = null;
    boolean getIfExists = false;
    boolean detached = false;
    Resources resources = Resources.NONE;
    int maxConcurrency = 0;
    Map<String, Integer> groups = new HashMap<>();
    int maxRestarts = 0;
    int maxTaskRetries = 0;
    int maxPendingCalls = 0;
    SchedulingStrategy strategy = SchedulingStrategy.standard();
    RuntimeEnv environment = RuntimeEnv.SHARED;
    Map<String, String> labels = Map.of();
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> name = in.readStringRequireUtf8();
        case 2 -> namespace = in.readStringRequireUtf8();
        case 3 -> getIfExists = in.readBool();
        case 4 -> detached = in.readBool();
        case 5 -> resources = nested(in, MessageDecoder::amounts);
        case 6 -> maxConcurrency = in.readInt32();
        case 7 -> {
          Map.Entry<String, Long> entry = nested(in, MessageDecoder::amount);
          groups.put(entry.getKey(), Math.toIntExact(entry.getValue()));
        }
        case 8 -> maxRestarts = in.readInt32();
        case 9 -> maxTaskRetries = in.readInt32();
        case 10 -> maxPendingCalls = in.readInt32();
        case 11 -> strategy = nested(in, MessageDecoder::strategy);
        case 12 -> labels = nested(in, MessageDecoder::labels);
        case 13 -> environment = nested(in, MessageDecoder::environment);
        default -> in.skipField(tag);
      }
    }
    return new ActorOptions(
        name,
        namespace,
        getIfExists,
        detached ? ActorOptions.Lifetime.DETACHED : ActorOptions.Lifetime.COUNTED,
        resources,
        maxConcurrency,
        groups,
        maxRestarts,
        maxTaskRetries,
        maxPendingCalls,
        strategy,
        labels,
        environment);
  }

  private static NodeView node(CodedInputStream in) throws IOException {
    long id = 0;
    Resources total = Resources.NONE;
    Resources available = Resources.NONE;
    Map<String, String> labels = Map.of();
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> id = in.readFixed64();
        case 2 -> total = nested(in, MessageDecoder::amounts);
        case 3 -> available = nested(in, MessageDecoder::amounts);
        case 4 -> labels = nested(in, MessageDecoder::labels);
        default -> in.skipField(tag);
      }
    }
    return new NodeView(id, total, available, labels);
  }

  /** Few classes are read again and again: one instance of each is kept. */
  private FunctionKey schedulingClass(CodedInputStream in) throws IOException {
    String function = "";
    Resources resources = Resources.NONE;
    SchedulingStrategy strategy = SchedulingStrategy.standard();
    RuntimeEnv environment = RuntimeEnv.SHARED;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> function = in.readStringRequireUtf8();
        case 2 -> resources = nested(in, MessageDecoder::amounts);
        case 3 -> strategy = nested(in, MessageDecoder::strategy);
        case 4 -> environment = nested(in, MessageDecoder::environment);
        default -> in.skipField(tag);
      }
    }
    if (classes.size() == MessageEncoder.MAX_CALLS) {
      classes.clear();
    }
    FunctionKey read = new FunctionKey(function, resources, strategy, environment);
    return classes.computeIfAbsent(read, key -> key);
  }

  private static RuntimeEnv environment(CodedInputStream in) throws IOException {
    boolean isolated = false;
    List<String> jvmOptions = new ArrayList<>();
    Map<String, String> variables = Map.of();
    int maxTasks = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> isolated = in.readBool();
        case 2 -> jvmOptions.add(in.readStringRequireUtf8());
        case 3 -> variables = nested(in, MessageDecoder::labels);
        case 4 -> maxTasks = in.readInt32();
        default -> in.skipField(tag);
      }
    }
    return new RuntimeEnv(isolated, jvmOptions, variables, maxTasks);
  }

  private static Resources amounts(CodedInputStream in) throws IOException {
    Map<String, Long> units = new HashMap<>();
    for (int tag; (tag = in.readTag()) != 0; ) {
      if (tag >>> 3 == 1) {
        Map.Entry<String, Long> entry = nested(in, MessageDecoder::amount);
        units.put(entry.getKey(), entry.getValue());
      } else {
        in.skipField(tag);
      }
    }
    return new Resources(units);
  }

  private static Map.Entry<String, Long> amount(CodedInputStream in) throws IOException {
    String name = "";
    long amount = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> name = in.readStringRequireUtf8();
        case 2 -> amount = in.readInt64();
        default -> in.skipField(tag);
      }
    }
    return Map.entry(name, amount);
  }

  private static SchedulingStrategy strategy(CodedInputStream in) throws IOException {
    SchedulingStrategy strategy = SchedulingStrategy.standard();
    RuntimeEnv environment = RuntimeEnv.SHARED;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> strategy = in.readBool() ? SchedulingStrategy.spread() : strategy;
        case 2 -> strategy = nested(in, MessageDecoder::affinity);
        case 3 -> strategy = new SchedulingStrategy.NodeLabels(nested(in, MessageDecoder::labels));
        case 4 -> strategy = in.readBool() ? SchedulingStrategy.naive() : strategy;
        case 5 -> strategy = in.readBool() ? SchedulingStrategy.localityAware() : strategy;
        case 6 -> strategy = SchedulingStrategy.worker(Long.toHexString(in.readFixed64()));
        default -> in.skipField(tag);
      }
    }
    return strategy;
  }

  private static SchedulingStrategy affinity(CodedInputStream in) throws IOException {
    String node = "";
    boolean soft = false;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> node = in.readStringRequireUtf8();
        case 2 -> soft = in.readBool();
        default -> in.skipField(tag);
      }
    }
    return new SchedulingStrategy.NodeAffinity(node, soft);
  }

  private static Map<String, String> labels(CodedInputStream in) throws IOException {
    Map<String, String> labels = new HashMap<>();
    for (int tag; (tag = in.readTag()) != 0; ) {
      if (tag >>> 3 == 1) {
        nested(in, entry -> label(entry, labels));
      } else {
        in.skipField(tag);
      }
    }
    return labels;
  }

  private static boolean label(CodedInputStream in, Map<String, String> labels) throws IOException {
    String key = "";
    String value = "";
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> key = in.readStringRequireUtf8();
        case 2 -> value = in.readStringRequireUtf8();
        default -> in.skipField(tag);
      }
    }
    labels.put(key, value);
    return true;
  }
}
