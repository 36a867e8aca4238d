package ray.runtime;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.runtime.serialization.FunctionForm;
import ray.runtime.serialization.FunctionSnapshot;
import ray.runtime.serialization.HandleTable;
import ray.runtime.serialization.Serialized;
import ray.runtime.serialization.UnreadableValueException;
import ray.runtime.serialization.ValueSerializers;
import ray.wire.codec.OpaqueCodec;
import ray.wire.codec.ProtoWriter;

/**
 * Writes and reads the values and functions of a job, as {@code message.proto} has them. Reading
 * loads none of the job's classes: that waits until a value is asked for or a function runs. Only
 * leaves, which need none, are read at once. Thread-safe.
 */
public final class JobCodec implements OpaqueCodec {
  private final ValueSerializers serializers;

  /** A codec for one job's values. */
  public JobCodec(ValueSerializers serializers) {
    this.serializers = serializers;
  }

  @Override
  public boolean isLeaf(@Nullable Object body) {
    return ValueSerializers.isLeaf(body);
  }

  @Override
  @SuppressWarnings("unchecked") // the only list among them
  public void write(Part part, Object value, ProtoWriter out) {
    switch (part) {
      case BODY -> {
        if (value instanceof Packed packed) {
          value(packed.bytes(), out);
          kinds(3, packed.kinds(), out);
        } else {
          value(serializers.serialize(value, new HandleTable()), out);
        }
      }
      case LEAVES -> out.append(ValueSerializers.writeLeaves((@Nullable Object[]) value));
      case KINDS -> kinds(1, (List<@Nullable ActorKind>) value, out);
      case ERROR -> error((RemoteError) value, out);
      case FUNCTION -> function((Callee) value, out);
    }
  }

  private static void value(Serialized value, ProtoWriter out) {
    out.bytes(1, value.header());
    for (MemorySegment buffer : value.buffers()) {
      out.memory(2, buffer);
    }
  }

  private static void kinds(int field, List<@Nullable ActorKind> kinds, ProtoWriter out) {
    for (ActorKind kind : kinds) {
      int begun = out.begin(field);
      if (kind != null) {
        out.bool(1, true);
        out.string(2, kind.className());
        out.varint(3, kind.maxTaskRetries());
        out.varint(4, kind.maxPendingCalls());
      }
      out.end(begun);
    }
  }

  private static void error(RemoteError error, ProtoWriter out) {
    out.string(1, error.task);
    out.bool(2, error.unchecked);
    out.string(3, error.text);
    if (error.packed != null) {
      int begun = out.begin(4);
      value(error.packed.bytes(), out);
      out.end(begun);
    }
  }

  private void function(Callee callee, ProtoWriter out) {
    FunctionForm form = callee.snapshot().form(serializers);
    out.string(1, form.name());
    out.string(2, form.ownerClassName());
    out.string(3, form.methodName());
    out.string(4, form.methodDescriptor());
    out.bool(5, form.shared());
    FunctionForm.LambdaForm lambda = form.lambda();
    if (lambda != null) {
      int begun = out.begin(6);
      out.string(1, lambda.capturingClass());
      out.string(2, lambda.interfaceClass());
      out.string(3, lambda.interfaceMethod());
      out.string(4, lambda.interfaceSignature());
      out.varint(5, lambda.methodKind());
      out.string(6, lambda.methodClass());
      out.string(7, lambda.method());
      out.string(8, lambda.signature());
      out.string(9, lambda.instantiatedType());
      out.end(begun);
    }
    int begun = out.begin(7);
    value(form.value(), out);
    out.end(begun);
    for (ObjectId id : callee.captured()) {
      int inner = out.begin(8);
      out.fixed64(1, id.owner());
      out.zigzag(2, id.number());
      out.end(inner);
    }
    kinds(9, callee.kinds(), out);
    out.bool(10, callee.spread());
    for (String name : callee.retryExceptions()) {
      out.presentString(11, name);
    }
  }

  // ---- reading

  @Override
  public Object read(Part part, CodedInputStream in) throws IOException {
    return switch (part) {
      case BODY -> body(in);
      case LEAVES -> leaves(in);
      case KINDS -> readKinds(in);
      case ERROR -> readError(in);
      case FUNCTION -> readFunction(in);
    };
  }

  /** A leaf is read at once; for all else somebody has to ask, also for what is damaged. */
  private static Object body(CodedInputStream in) throws IOException {
    Packed packed = packed(in);
    Object leaf = packed.kinds().isEmpty() ? ValueSerializers.readLeaf(packed.bytes()) : null;
    return leaf != null ? leaf : packed;
  }

  private static @Nullable Object[] leaves(CodedInputStream in) throws IOException {
    byte[] bytes = in.readRawBytes(in.getBytesUntilLimit());
    try {
      return ValueSerializers.readLeaves(bytes);
    } catch (UnreadableValueException damaged) {
      throw new IOException("values that can't be read", damaged);
    }
  }

  private static Packed packed(CodedInputStream in) throws IOException {
    byte[] header = {};
    List<MemorySegment> buffers = List.of();
    List<@Nullable ActorKind> kinds = List.of();
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> header = in.readByteArray();
        case 2 -> {
          buffers = buffers.isEmpty() ? new ArrayList<>() : buffers;
          buffers.add(aligned(in.readByteArray()));
        }
        case 3 -> {
          kinds = kinds.isEmpty() ? new ArrayList<>() : kinds;
          kinds.add(readKind(in));
        }
        default -> in.skipField(tag);
      }
    }
    return new Packed(Serialized.of(header, buffers), kinds);
  }

  /** In an array of longs, so that views of any element type over it are aligned. */
  private static MemorySegment aligned(byte[] bytes) {
    long[] space = new long[(bytes.length + Long.BYTES - 1) / Long.BYTES];
    MemorySegment copy = MemorySegment.ofArray(space).asSlice(0, bytes.length);
    return copy.copyFrom(MemorySegment.ofArray(bytes)).asReadOnly();
  }

  private static List<@Nullable ActorKind> readKinds(CodedInputStream in) throws IOException {
    List<@Nullable ActorKind> kinds = new ArrayList<>();
    for (int tag; (tag = in.readTag()) != 0; ) {
      if (tag >>> 3 == 1) {
        kinds.add(readKind(in));
      } else {
        in.skipField(tag);
      }
    }
    return kinds;
  }

  private static @Nullable ActorKind readKind(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    boolean actor = false;
    String className = "";
    int maxTaskRetries = 0;
    int maxPendingCalls = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> actor = in.readBool();
        case 2 -> className = in.readStringRequireUtf8();
        case 3 -> maxTaskRetries = in.readInt32();
        case 4 -> maxPendingCalls = in.readInt32();
        default -> in.skipField(tag);
      }
    }
    in.popLimit(outer);
    return actor ? new ActorKind(className, maxTaskRetries, maxPendingCalls) : null;
  }

  private static RemoteError readError(CodedInputStream in) throws IOException {
    String task = "";
    boolean unchecked = false;
    String text = "";
    Packed thrown = null;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> task = in.readStringRequireUtf8();
        case 2 -> unchecked = in.readBool();
        case 3 -> text = in.readStringRequireUtf8();
        case 4 -> thrown = nestedValue(in);
        default -> in.skipField(tag);
      }
    }
    return new RemoteError(task, unchecked, text, thrown);
  }

  private static Packed nestedValue(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    Packed value = packed(in);
    in.popLimit(outer);
    return value;
  }

  private static Callee readFunction(CodedInputStream in) throws IOException {
    String name = "";
    String owner = "";
    String method = "";
    String type = "";
    boolean shared = false;
    FunctionForm.LambdaForm lambda = null;
    Packed value = null;
    List<ObjectId> captured = new ArrayList<>();
    List<@Nullable ActorKind> kinds = new ArrayList<>();
    boolean spread = false;
    List<String> retryExceptions = new ArrayList<>();
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> name = in.readStringRequireUtf8();
        case 2 -> owner = in.readStringRequireUtf8();
        case 3 -> method = in.readStringRequireUtf8();
        case 4 -> type = in.readStringRequireUtf8();
        case 5 -> shared = in.readBool();
        case 6 -> lambda = readLambda(in);
        case 7 -> value = nestedValue(in);
        case 8 -> captured.add(readId(in));
        case 9 -> kinds.add(readKind(in));
        case 10 -> spread = in.readBool();
        case 11 -> retryExceptions.add(in.readStringRequireUtf8());
        default -> in.skipField(tag);
      }
    }
    if (value == null) {
      throw new InvalidProtocolBufferException("a function without what it captured");
    }
    FunctionForm form = new FunctionForm(name, owner, method, type, shared, lambda, value.bytes());
    return new Callee(
        new FunctionSnapshot.Received(form), captured, kinds, spread, retryExceptions);
  }

  private static ObjectId readId(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    long owner = 0;
    long number = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (tag >>> 3) {
        case 1 -> owner = in.readFixed64();
        case 2 -> number = in.readSInt64();
        default -> in.skipField(tag);
      }
    }
    in.popLimit(outer);
    return new ObjectId(owner, number);
  }

  private static FunctionForm.LambdaForm readLambda(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    String[] texts = new String[10];
    Arrays.fill(texts, "");
    int kind = 0;
    for (int tag; (tag = in.readTag()) != 0; ) {
      int field = tag >>> 3;
      if (field == 5) {
        kind = in.readInt32();
      } else if (field < texts.length) {
        texts[field] = in.readStringRequireUtf8();
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(outer);
    return new FunctionForm.LambdaForm(
        texts[1], texts[2], texts[3], texts[4], kind, texts[6], texts[7], texts[8], texts[9]);
  }
}
