package ray.runtime.serialization;

import java.util.Collection;
import org.apache.fory.Fory;
import org.apache.fory.config.ForyBuilder;
import org.apache.fory.logging.LogLevel;
import org.apache.fory.logging.LoggerFactory;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.resolver.SharedRegistry;

/**
 * One Fory instance and the buffer it writes to. Used by one thread at a time; which thread does
 * not matter.
 */
final class ForySession {
  private static final int INITIAL_BUFFER_BYTES = 1024;

  /** A buffer that grew beyond this is given back after use: one giant must not stay for ever. */
  private static final int MAX_KEPT_BUFFER_BYTES = 1 << 20;

  /**
   * How deep a value may nest. A stack of one megabyte ends at some thousands. Fory keeps two
   * tables of this many entries, and fills one again for each of the two hundred classes that it
   * knows at the start: with a million of them each session took a second and 8 MiB.
   */
  static final int MAX_DEPTH = 32_768;

  static {
    // Before Fory's own classes look for it.
    TrustedLookup.openMethodHandlesTo(Fory.class);
    // What matters reaches the user as an exception; Fory logs to standard output.
    LoggerFactory.setLogLevel(LogLevel.ERROR_LEVEL);
  }

  private final Exchange exchange = new Exchange();
  private final Fory fory;
  private boolean inPool;
  private MemoryBuffer buffer = MemoryBuffer.newHeapBuffer(INITIAL_BUFFER_BYTES);

  ForySession(Options options) {
    fory =
        new ForyBuilder()
            .withXlang(false)
            .withRefTracking(true)
            .ignoreStringRef(true)
            .ignoreTimeRef(true)
            // Writer and reader have the same classes: a class is known by name and content. (In
            // Fory 1.6 its own checks fail for classes with serializers of a factory, or with
            // generated code for classes that have a writeObject.)
            .withCompatible(false)
            .withClassVersionCheck(false)
            // Nothing is read from a peer that has not presented the cluster's token.
            .requireClassRegistration(false)
            .withTypeChecker((resolver, className) -> true)
            .withDeserializeUnknownClass(false)
            .registerGuavaTypes(false)
            .withMaxDepth(MAX_DEPTH)
            .withMaxTypeFields(Short.MAX_VALUE)
            .withMaxGraphMemoryBytes(Long.MAX_VALUE)
            .withMaxUnbackedContainerItems(Integer.MAX_VALUE)
            .withCodegen(options.compiled())
            .withAsyncCompilation(false)
            .withSharedRegistry(options.registry())
            .withClassLoader(options.classLoader())
            .withSerializerFactory(
                new ForySerializers(exchange, options.rules(), options.compiled()))
            .build();
    for (PrimitiveArrayKind kind : PrimitiveArrayKind.values()) {
      fory.registerSerializer(
          kind.arrayClass(), new ForySerializers.OfPrimitiveArray(fory.getTypeResolver(), kind));
    }
  }

  /** How a session is made; those that share a registry must be made alike. */
  record Options(
      ClassLoader classLoader, ValueRules rules, boolean compiled, SharedRegistry registry) {}

  /** Marks the session as one that counts against the bound of its pool. */
  ForySession inPool() {
    inPool = true;
    return this;
  }

  boolean isInPool() {
    return inPool;
  }

  /** Writes a value after a tag of one byte. */
  Serialized write(byte tag, Object value, RefCollector refs) {
    exchange.beginWriting(refs);
    try {
      buffer.writerIndex(0);
      buffer.writeByte(tag);
      fory.serialize(buffer, value);
      byte[] header = buffer.getBytes(0, buffer.writerIndex());
      if (tag == FastFormat.GRAPH && !exchange.viewsWritten()) {
        header[0] = FastFormat.GRAPH_OF_COPIES;
      }
      return Serialized.borrowing(header, exchange.written());
    } finally {
      exchange.end();
      if (buffer.size() > MAX_KEPT_BUFFER_BYTES) {
        buffer = MemoryBuffer.newHeapBuffer(INITIAL_BUFFER_BYTES);
      }
    }
  }

  /** Reads what {@link #write} wrote. */
  Object read(Serialized serialized, RefResolver refs) {
    exchange.beginReading(serialized, refs);
    try {
      byte[] header = serialized.header();
      return fory.deserialize(MemoryBuffer.fromByteArray(header, 1, header.length - 1));
    } finally {
      exchange.end();
    }
  }

  /** Compiles the serializers of some classes now; those that can't be are met again later. */
  void prepare(Collection<Class<?>> classes) {
    for (Class<?> type : classes) {
      try {
        fory.getSerializer(type);
      } catch (RuntimeException | LinkageError unusable) {
        // Writing such a value fails with a message of its own.
        continue;
      }
    }
  }
}
