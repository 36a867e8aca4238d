package ray.runtime.serialization;

import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.JavaSerializer;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.SerializerFactory;
import org.apache.fory.serializer.Shareable;
import org.jspecify.annotations.Nullable;

/**
 * The serializers that Fory does not bring, and which class gets which: handles become indexes,
 * large arrays and memory go out of band, what must not travel is refused.
 */
final class ForySerializers implements SerializerFactory {
  /** Arrays from this size on travel out of band: below, a buffer of their own costs more. */
  static final int OUT_OF_BAND_BYTES = 4096;

  private final Exchange exchange;
  private final ValueRules rules;
  private final boolean compiled;

  ForySerializers(Exchange exchange, ValueRules rules, boolean compiled) {
    this.exchange = exchange;
    this.rules = rules;
    this.compiled = compiled;
  }

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public @Nullable Serializer createSerializer(TypeResolver resolver, Class<?> type) {
    Class raw = type;
    if (compiled) {
      ShadowedClassException.check(type);
    }
    if (type == Exchange.class) {
      return new OfExchange(resolver, raw, exchange);
    }
    SurrogateCodec<Object> surrogate = rules.surrogates().find(type);
    if (surrogate != null) {
      return new OfSurrogate(resolver, raw, surrogate);
    }
    if (rules.handles().isHandle(type)) {
      return new OfHandle(resolver, raw, exchange);
    }
    ViewCodec view = rules.viewCodec(type);
    if (view != null) {
      return new OfView(resolver, raw, exchange, view);
    }
    if (MemorySegment.class.isAssignableFrom(type)) {
      return new OfSegment(resolver, raw, exchange);
    }
    if (ByteBuffer.class.isAssignableFrom(type)) {
      return new OfByteBuffer(resolver, raw, exchange);
    }
    if (Path.class.isAssignableFrom(type)) {
      return new OfPath(resolver, raw);
    }
    if (type == ValueRules.MAP_ENTRY) {
      return new OfMapEntry(resolver, raw);
    }
    String reason = Untransferable.reasonAgainst(type);
    if (reason != null) {
      return new OfRefused(resolver, raw, reason);
    }
    if (Throwable.class.isAssignableFrom(type) && ThrowableSerializer.isSupported()) {
      return new ThrowableSerializer(resolver, raw);
    }
    if (declaresItsOwnForm(type)) {
      return new JavaSerializer(resolver, raw);
    }
    return null;
  }

  /**
   * Whether a class lists the fields of its serialized form itself, as {@code Random} and {@code
   * InetAddress} do. Fory 1.6 compares that list with the fields of the class and fails where they
   * differ; the JDK's own serialization knows how to write such a class.
   */
  private static boolean declaresItsOwnForm(Class<?> type) {
    if (!Serializable.class.isAssignableFrom(type)
        || Collection.class.isAssignableFrom(type)
        || Map.class.isAssignableFrom(type)
        || type.isArray()
        || type.isRecord()
        || type.isEnum()) {
      return false;
    }
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (field.getName().equals("serialPersistentFields")
            && field.getType() == ObjectStreamField[].class) {
          return true;
        }
      }
    }
    return false;
  }

  private static final class OfHandle extends Serializer<Object> {
    private final Exchange exchange;

    OfHandle(TypeResolver resolver, Class<Object> type, Exchange exchange) {
      super(resolver.getConfig(), type);
      this.exchange = exchange;
    }

    @Override
    public void write(WriteContext context, Object handle) {
      context.getBuffer().writeVarUInt32(exchange.addHandle(handle));
    }

    @Override
    public Object read(ReadContext context) {
      return exchange.handle(context.getBuffer().readVarUInt32());
    }
  }

  private static final class OfSurrogate extends Serializer<Object> {
    private final SurrogateCodec<Object> codec;

    OfSurrogate(TypeResolver resolver, Class<Object> type, SurrogateCodec<Object> codec) {
      super(resolver.getConfig(), type);
      this.codec = codec;
    }

    @Override
    public void write(WriteContext context, Object value) {
      context.writeRef(codec.replace(value));
    }

    @Override
    public Object read(ReadContext context) {
      return codec.restore(context.readRef());
    }
  }

  private static final class OfView extends Serializer<Object> {
    private final Exchange exchange;
    private final ViewCodec codec;

    OfView(TypeResolver resolver, Class<Object> type, Exchange exchange, ViewCodec codec) {
      super(resolver.getConfig(), type);
      this.exchange = exchange;
      this.codec = codec;
    }

    @Override
    public void write(WriteContext context, Object view) {
      MemoryBuffer buffer = context.getBuffer();
      buffer.writeBytesWithSize(codec.description(view));
      buffer.writeVarUInt32(exchange.addView(codec.data(view)));
    }

    @Override
    public Object read(ReadContext context) {
      MemoryBuffer buffer = context.getBuffer();
      byte[] description = buffer.readBytesAndSize();
      return codec.restore(exchange.buffer(buffer.readVarUInt32()).asReadOnly(), description);
    }
  }

  private static final class OfSegment extends Serializer<MemorySegment> {
    private final Exchange exchange;

    OfSegment(TypeResolver resolver, Class<MemorySegment> type, Exchange exchange) {
      super(resolver.getConfig(), type);
      this.exchange = exchange;
    }

    @Override
    public void write(WriteContext context, MemorySegment segment) {
      context.getBuffer().writeVarUInt32(exchange.addView(segment));
    }

    @Override
    public MemorySegment read(ReadContext context) {
      return exchange.buffer(context.getBuffer().readVarUInt32()).asReadOnly();
    }
  }

  private static final class OfByteBuffer extends Serializer<ByteBuffer> {
    private final Exchange exchange;

    OfByteBuffer(TypeResolver resolver, Class<ByteBuffer> type, Exchange exchange) {
      super(resolver.getConfig(), type);
      this.exchange = exchange;
    }

    @Override
    public void write(WriteContext context, ByteBuffer value) {
      MemoryBuffer buffer = context.getBuffer();
      buffer.writeBoolean(value.order() == ByteOrder.BIG_ENDIAN);
      buffer.writeVarUInt32(exchange.addView(MemorySegment.ofBuffer(value)));
    }

    @Override
    public ByteBuffer read(ReadContext context) {
      MemoryBuffer buffer = context.getBuffer();
      boolean bigEndian = buffer.readBoolean();
      return ByteBuffers.over(exchange.buffer(buffer.readVarUInt32()), bigEndian);
    }
  }

  private static final class OfPath extends Serializer<Path> {

    OfPath(TypeResolver resolver, Class<Path> type) {
      super(resolver.getConfig(), type);
    }

    @Override
    public void write(WriteContext context, Path path) {
      if (path.getFileSystem() != FileSystems.getDefault()) {
        throw new RefusedValueException(
            path.getClass(), "a path of another file system than the default one can't travel");
      }
      context.writeString(path.toString());
    }

    @Override
    public Path read(ReadContext context) {
      return Path.of(context.readString());
    }
  }

  private static final class OfMapEntry extends Serializer<Map.Entry<?, ?>> {

    OfMapEntry(TypeResolver resolver, Class<Map.Entry<?, ?>> type) {
      super(resolver.getConfig(), type);
    }

    @Override
    public void write(WriteContext context, Map.Entry<?, ?> entry) {
      context.writeRef(entry.getKey());
      context.writeRef(entry.getValue());
    }

    @Override
    public Map.Entry<?, ?> read(ReadContext context) {
      Object key = context.readRef();
      return Map.entry(key, context.readRef());
    }
  }

  private static final class OfRefused extends Serializer<Object> {
    private final String reason;

    OfRefused(TypeResolver resolver, Class<Object> type, String reason) {
      super(resolver.getConfig(), type);
      this.reason = reason;
    }

    @Override
    public void write(WriteContext context, Object value) {
      throw new RefusedValueException(value.getClass(), reason);
    }

    @Override
    public Object read(ReadContext context) {
      throw new RefusedValueException(type, reason);
    }
  }

  /**
   * Writes nothing: by it, serializers that several sessions share find the session they run in.
   */
  private static final class OfExchange extends Serializer<Exchange> {
    private final Exchange exchange;

    OfExchange(TypeResolver resolver, Class<Exchange> type, Exchange exchange) {
      super(resolver.getConfig(), type);
      this.exchange = exchange;
    }

    static Exchange of(TypeResolver resolver) {
      Serializer<?> serializer = resolver.getSerializer(Exchange.class);
      return ((OfExchange) serializer).exchange;
    }

    @Override
    public void write(WriteContext context, Exchange value) {
      throw new IllegalStateException("an exchange is not a value");
    }

    @Override
    public Exchange read(ReadContext context) {
      throw new IllegalStateException("an exchange is not a value");
    }
  }

  /**
   * A primitive array: in the stream while it is small, a buffer of its own when it is not.
   *
   * <p>Holds nothing of a session: what Fory knows of its built-in types, arrays among them, is
   * shared by the sessions of a registry.
   */
  static final class OfPrimitiveArray extends Serializer<Object> implements Shareable {
    private static final int OUT_OF_BAND = 1;

    private final PrimitiveArrayKind kind;

    @SuppressWarnings({"unchecked", "rawtypes"})
    OfPrimitiveArray(TypeResolver resolver, PrimitiveArrayKind kind) {
      super(resolver.getConfig(), (Class) kind.arrayClass());
      this.kind = kind;
    }

    @Override
    public void write(WriteContext context, Object array) {
      MemoryBuffer buffer = context.getBuffer();
      MemorySegment memory = kind.memory(array);
      if (memory.byteSize() >= OUT_OF_BAND_BYTES) {
        int index = OfExchange.of(context.getTypeResolver()).addBuffer(memory);
        buffer.writeVarUInt32(index << 1 | OUT_OF_BAND);
        return;
      }
      int sizeBytes = (int) memory.byteSize();
      buffer.writeVarUInt32(sizeBytes << 1);
      buffer.ensure(buffer.writerIndex() + sizeBytes);
      MemorySegment.copy(
          memory,
          ValueLayout.JAVA_BYTE,
          0,
          MemorySegment.ofArray(buffer.getHeapMemory()),
          ValueLayout.JAVA_BYTE,
          buffer._unsafeHeapWriterIndex(),
          sizeBytes);
      buffer.increaseWriterIndex(sizeBytes);
    }

    @Override
    public Object read(ReadContext context) {
      MemoryBuffer buffer = context.getBuffer();
      int tagged = buffer.readVarUInt32();
      if ((tagged & OUT_OF_BAND) != 0) {
        Exchange exchange = OfExchange.of(context.getTypeResolver());
        return kind.array(exchange.buffer(tagged >>> 1));
      }
      byte[] bytes = buffer.readBytes(tagged >>> 1);
      return kind == PrimitiveArrayKind.BYTE ? bytes : kind.array(MemorySegment.ofArray(bytes));
    }
  }
}
