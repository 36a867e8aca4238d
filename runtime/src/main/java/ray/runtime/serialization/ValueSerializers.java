package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.fory.exception.InsecureException;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into bytes and back for the code of one class loader, and says which values need no
 * bytes because they are immutable.
 *
 * <p>Strings, boxed values, lists of these, primitive arrays, memory and handles have a format of
 * their own; all else is written by Apache Fory, which is not loaded before it is needed. Cycles,
 * shared references, exceptions, records, enums, proxies, serializable lambdas, inner, local and
 * anonymous classes are kept as they are; classes need not be {@link java.io.Serializable}.
 *
 * <p>Thread-safe; threads may be virtual.
 */
public final class ValueSerializers {
  /** What is larger is no leaf: it is read by who asks for it, rather than with the message. */
  public static final int MAX_LEAF_BYTES = 1024;

  private final Immutability immutability;
  private final ValueRules rules;
  private final ClassLoader classLoader;
  private volatile @Nullable ForyEngine engine;

  private ValueSerializers(Builder builder) {
    Surrogates surrogates = new Surrogates();
    rules = new ValueRules(builder.handles, builder.views, surrogates);
    Predicate<MemorySegment> sealed = builder.sealed != null ? builder.sealed : segment -> false;
    immutability = new Immutability(builder.handles, builder.views, sealed);
    classLoader = builder.classLoader;
  }

  /**
   * Begins the serializers of one class loader.
   *
   * @param classLoader where the classes of values that are read come from
   */
  public static Builder forLoader(ClassLoader classLoader) {
    return new Builder(classLoader);
  }

  /** What the serializers need to know of the runtime around them. */
  public static final class Builder {
    private final ClassLoader classLoader;
    private Handles handles = Handles.NONE;
    private List<ViewCodec> views = List.of();
    private @Nullable Predicate<MemorySegment> sealed;

    private Builder(ClassLoader classLoader) {
      this.classLoader = classLoader;
    }

    /** Says which classes are refs. Default: none. */
    public Builder handles(Handles handles) {
      this.handles = handles;
      return this;
    }

    /** Says which classes are views over memory. Default: none but the JDK's own. */
    public Builder views(List<ViewCodec> views) {
      this.views = List.copyOf(views);
      return this;
    }

    /** Says whether a read-only segment lies in a sealed object of the store. Default: no. */
    public Builder sealed(Predicate<MemorySegment> sealed) {
      this.sealed = sealed;
      return this;
    }

    /** Makes the serializers. Cheap: nothing of Fory is loaded. */
    public ValueSerializers build() {
      return new ValueSerializers(this);
    }
  }

  /**
   * Registers a serializer for a type and its subtypes. Values of the type that were serialized
   * before keep the serializer they had, so this belongs before the first of them.
   */
  public <T> void register(Class<T> type, SurrogateCodec<T> codec) {
    rules.surrogates().register(type, codec);
  }

  /** Returns where the classes of values come from. */
  public ClassLoader classLoader() {
    return classLoader;
  }

  /** Returns whether a value may be handed to another task as it is. */
  public boolean isImmutable(@Nullable Object value) {
    return immutability.isImmutable(value);
  }

  /**
   * Readies a value for another task of this JVM: as it is where that is safe, else as bytes that
   * nobody else can change.
   *
   * @throws UnserializableValueException if it would have to be copied and can't be
   */
  public Handover handOver(@Nullable Object value, RefCollector refs) {
    return isImmutable(value)
        ? new Handover.Shared(value)
        : new Handover.Copied(serialize(value, refs).detach());
  }

  /**
   * Writes a value.
   *
   * @param refs gathers the handles inside
   * @return the bytes; large arrays are not copied yet, see {@link Serialized#detach}
   * @throws UnserializableValueException names the class and the path of fields that leads to it
   */
  public Serialized serialize(@Nullable Object value, RefCollector refs) {
    Serialized simple = FastFormat.write(value);
    if (simple != null) {
      return simple;
    }
    return serializeObject(Objects.requireNonNull(value), refs);
  }

  private Serialized serializeObject(Object value, RefCollector refs) {
    Class<?> type = value.getClass();
    if (rules.handles().isHandle(type)) {
      return FastFormat.ofHandle(refs.add(value));
    }
    int view = rules.viewIndex(type);
    if (view >= 0) {
      ViewCodec codec = rules.views().get(view);
      return FastFormat.ofView(view, codec.description(value), codec.data(value));
    }
    try {
      return engine().write(FastFormat.GRAPH, value, refs);
    } catch (RefusedValueException e) {
      throw refused(value, e);
    } catch (GraphException e) {
      throw failed(value, e);
    }
  }

  /**
   * Reads a value. Arrays are the reader's own; segments, buffers and views are read-only and,
   * where the bytes lie in the store, show the store's memory.
   *
   * @param refs supplies the reader's handles
   * @throws UnreadableValueException if the bytes are damaged or a class is missing
   */
  public @Nullable Object deserialize(Serialized serialized, RefResolver refs) {
    byte[] header = serialized.header();
    if (header.length == 0) {
      throw new UnreadableValueException("a value of no bytes");
    }
    try {
      return switch (header[0]) {
        case FastFormat.GRAPH, FastFormat.GRAPH_OF_COPIES -> engine().read(serialized, refs);
        case FastFormat.HANDLE -> refs.resolve(FastFormat.handleIndex(header));
        case FastFormat.VIEW -> readView(serialized);
        default -> FastFormat.read(serialized);
      };
    } catch (GraphException e) {
      throw unreadable(e.root(), e);
    } catch (IndexOutOfBoundsException e) {
      throw unreadable(e, e);
    }
  }

  private Object readView(Serialized serialized) {
    byte[] header = serialized.header();
    int codec = FastFormat.viewIndex(header);
    if (codec >= rules.views().size()) {
      throw new UnreadableValueException("a view of kind " + codec + ", which is not known here");
    }
    return rules
        .views()
        .get(codec)
        .restore(serialized.buffer(0).asReadOnly(), FastFormat.viewDescription(header));
  }

  /**
   * Returns whether a value is a leaf: null, a boxed value, or a string of at most half of {@link
   * #MAX_LEAF_BYTES} characters.
   */
  public static boolean isLeaf(@Nullable Object value) {
    return LeafSequences.isLeaf(value);
  }

  /** Writes leaves, all together. */
  public static byte[] writeLeaves(@Nullable Object[] leaves) {
    return LeafSequences.writeLeaves(leaves);
  }

  /**
   * Reads what {@link #writeLeaves} wrote.
   *
   * @throws UnreadableValueException if the bytes are damaged
   */
  public static @Nullable Object[] readLeaves(byte[] bytes) {
    return LeafSequences.readLeaves(bytes);
  }

  /**
   * Reads a string or a boxed value of at most {@link #MAX_LEAF_BYTES}. Returns null for every
   * other value, and where {@link #deserialize} would throw.
   */
  public static @Nullable Object readLeaf(Serialized serialized) {
    byte[] header = serialized.header();
    return header.length > MAX_LEAF_BYTES ? null : FastFormat.readLeaf(serialized);
  }

  /** Copies a value through its bytes, or returns it if it is immutable. */
  @SuppressWarnings("unchecked") // what is read has the class of what was written
  public <T extends @Nullable Object> T copy(T value) {
    if (isImmutable(value)) {
      return value;
    }
    HandleTable handles = new HandleTable();
    return (T) Objects.requireNonNull(deserialize(serialize(value, handles).detach(), handles));
  }

  private UnserializableValueException refused(Object value, RefusedValueException e) {
    String path =
        FieldPath.search(value, e.type()::equals, rules::isOurs)
            .map(FieldPath.Found::path)
            .orElseGet(() -> ClassNames.simple(value.getClass()));
    return new UnserializableValueException(e.type(), path, e.reason(), null);
  }

  /** The serializer gave up by itself: say where, if one of the classes explains it. */
  private UnserializableValueException failed(Object value, GraphException e) {
    String name = ClassNames.simple(value.getClass());
    if (e.root() instanceof StackOverflowError) {
      return new UnserializableValueException(
          value.getClass(),
          name,
          "its objects are nested too deeply for the stack of this thread; keep long chains in a"
              + " list or an array",
          null);
    }
    return FieldPath.search(value, type -> rules.reasonAgainst(type) != null, rules::isOurs)
        .map(found ->
            new UnserializableValueException(
                found.type(),
                found.path(),
                Objects.requireNonNull(rules.reasonAgainst(found.type())),
                e))
        .orElseGet(() ->
            new UnserializableValueException(
                value.getClass(), name, String.valueOf(e.root().getMessage()), e));
  }

  private static UnreadableValueException unreadable(Throwable root, Throwable cause) {
    return switch (root) {
      case StackOverflowError _ ->
          new UnreadableValueException(
              "a value is nested too deeply for the stack of this thread", cause);
      case InsecureException refused when String.valueOf(refused.getMessage()).contains("depth") ->
          new UnreadableValueException(
              "a value is nested too deeply: %,d objects may hold one another, no more; keep long chains in a list or an array"
                  .formatted(ForySession.MAX_DEPTH),
              cause);
      default -> new UnreadableValueException("can't read a value: " + root, cause);
    };
  }

  private ForyEngine engine() {
    ForyEngine current = engine;
    return current != null ? current : createEngine();
  }

  private synchronized ForyEngine createEngine() {
    ForyEngine current = engine;
    if (current == null) {
      current = new ForyEngine(classLoader, rules);
      engine = current;
    }
    return current;
  }

  /** Switches to generated code now, for benchmarks that must not wait for it to happen. */
  public void compileNow() {
    engine().compileNow();
  }
}
