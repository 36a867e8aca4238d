package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Values come back as they went, by Fory's interpreter and by its generated code. */
class ValueSerializersTest {

  /** The two ways in which Fory works. */
  enum Mode {
    INTERPRETED,
    COMPILED;

    private final ValueSerializers serializers =
        ValueSerializers.forLoader(ValueSerializersTest.class.getClassLoader()).build();

    ValueSerializers serializers() {
      if (this == COMPILED) {
        serializers.compileNow();
      }
      return serializers;
    }

    /** Reads with serializers that have never written the class, as another process would. */
    <T> T copy(T value) {
      HandleTable handles = new HandleTable();
      Serialized serialized = serializers().serialize(value, handles);
      return cast(READER.deserialize(throughMemory(serialized), handles));
    }

    private static final ValueSerializers READER =
        ValueSerializers.forLoader(ValueSerializersTest.class.getClassLoader()).build();
  }

  /** As the store would: written, then read in place. */
  private static Serialized throughMemory(Serialized serialized) {
    MemorySegment memory =
        Arena.ofAuto().allocate(serialized.sizeInStore(), Serialized.ALIGNMENT_BYTES);
    serialized.writeTo(memory);
    return Serialized.readFrom(memory.asReadOnly());
  }

  @SuppressWarnings("unchecked")
  private static <T> T cast(@Nullable Object value) {
    return (T) Objects.requireNonNull(value);
  }

  record Point(int x, @Nullable String label) {}

  record Everything(
      byte b, short s, char c, int i, long l, float f, double d, boolean z, Object any) {}

  enum Color {
    RED {
      @Override
      String shout() {
        return "RED!";
      }
    },
    BLUE;

    String shout() {
      return name();
    }
  }

  static final List<Object> EQUAL_VALUES =
      List.of(
          "",
          "latin é",
          "wide € 😀",
          "unpaired \ud800",
          42,
          -1L,
          1.5,
          Float.NaN,
          'x',
          (short) -3,
          (byte) 7,
          true,
          false,
          BigInteger.TWO.pow(200),
          new BigDecimal("1.230"),
          UUID.fromString("123e4567-e89b-12d3-a456-426614174000"),
          Instant.ofEpochSecond(1, 2),
          LocalDate.of(2026, 11, 23),
          ZonedDateTime.parse("2026-11-23T10:00:00+01:00[Europe/Zurich]"),
          Duration.ofMillis(5),
          Optional.of(List.of(1)),
          Optional.empty(),
          OptionalInt.of(3),
          new Point(1, "a"),
          new Point(2, null),
          new Everything((byte) 1, (short) 2, 'c', 4, 5, 6, 7, true, new Point(8, "")),
          Color.RED,
          Color.BLUE,
          String.class,
          int.class,
          List.of(1, "a", 2.5),
          new ArrayList<>(Arrays.asList(1, null, "a")),
          new LinkedList<>(List.of(1)),
          Arrays.asList("a", "b"),
          Collections.unmodifiableList(new ArrayList<>(List.of(1))),
          new ArrayList<>(List.of(1, 2, 3)).subList(1, 2),
          Collections.synchronizedList(new ArrayList<>(List.of(1))),
          new CopyOnWriteArrayList<>(List.of(1)),
          Set.of("a", "b"),
          new LinkedHashSet<>(List.of(3, 1, 2)),
          new TreeSet<>(List.of(3, 1, 2)),
          EnumSet.of(TimeUnit.DAYS),
          Map.of("a", List.of(1)),
          new HashMap<>(Map.of("k", new Point(1, "b"))),
          new LinkedHashMap<>(Map.of(1, 2)),
          new TreeMap<>(Map.of("b", 1, "a", 2)),
          new EnumMap<>(Map.of(Color.RED, 1)),
          new ConcurrentHashMap<>(Map.of(1, 2)),
          new ConcurrentSkipListMap<>(Map.of(1, 2)),
          Map.entry("k", 1),
          new Properties(),
          BitSet.valueOf(new long[] {5}),
          new Date(5),
          Locale.GERMANY,
          URI.create("https://ray.example/x"),
          Path.of("some", "file"),
          StandardCharsets.UTF_16);

  @ParameterizedTest
  @FieldSource("EQUAL_VALUES")
  void valuesComeBackEqual(Object value) {
    for (Mode mode : Mode.values()) {
      Object copy = mode.copy(value);

      assertThat(copy).as(mode.name()).isEqualTo(value);
      assertThat(value.equals(copy)).as(mode.name()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nullComesBackAsNull(Mode mode) {
    Serialized serialized = mode.serializers().serialize(null, new HandleTable());

    assertThat(mode.serializers().deserialize(serialized, new HandleTable())).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void valuesWithoutEqualsKeepTheirContent(Mode mode) throws Exception {
    assertThat(mode.copy(new StringBuilder("abc"))).hasToString("abc");
    assertThat(mode.copy(new ArrayDeque<>(List.of(1, 2)))).containsExactly(1, 2);
    assertThat(mode.copy(new Random(5)).nextInt()).isEqualTo(new Random(5).nextInt());
    assertThat(mode.copy(InetAddress.getByAddress("h", new byte[] {127, 0, 0, 1})))
        .isEqualTo(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    assertThat(mode.copy(new Object())).isExactlyInstanceOf(Object.class);
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    assertThat(mode.copy(lock).isLocked()).as("a copy is nobody's lock").isFalse();
    IdentityHashMap<Object, Integer> identities = new IdentityHashMap<>();
    identities.put(Color.RED, 1);
    assertThat(mode.copy(identities).get(Color.RED)).isEqualTo(1);
  }

  static class Node {
    final String name;
    @Nullable Node next;
    List<Node> all = new ArrayList<>();

    Node(String name) {
      this.name = name;
    }
  }

  @ParameterizedTest
  @EnumSource
  void cyclesAndSharedObjectsKeepTheirShape(Mode mode) {
    Node first = new Node("first");
    Node second = new Node("second");
    first.next = second;
    second.next = first;
    first.all.add(first);
    second.all = first.all;

    Node copy = mode.copy(first);

    Node next = Objects.requireNonNull(copy.next);
    assertThat(next.name).isEqualTo("second");
    assertThat(next.next).isSameAs(copy);
    assertThat(copy.all).containsExactly(copy).isSameAs(next.all);
  }

  static class Base {
    private String hidden = "base";
    transient int skipped = 5;

    String baseHidden() {
      return hidden;
    }
  }

  static class Derived extends Base {
    private String hidden = "derived";
    final int number;

    Derived(int number) {
      this.number = number;
    }

    String derivedHidden() {
      return hidden;
    }
  }

  class Inner {
    int outerSize() {
      return state.size();
    }
  }

  private final List<Integer> state = new ArrayList<>(List.of(1, 2));

  @ParameterizedTest
  @EnumSource
  void classesOfEveryKindNeedNotBeSerializable(Mode mode) {
    Derived derived = new Derived(3);
    derived.skipped = 9;
    int[] captured = {7};
    Supplier<Integer> anonymous =
        new Supplier<>() {
          @Override
          public Integer get() {
            return captured[0];
          }
        };
    record Local(int a) {}
    class LocalClass {
      int value = captured[0] + 1;
    }

    Derived copy = mode.copy(derived);
    assertThat(copy.number).isEqualTo(3);
    assertThat(copy.baseHidden()).isEqualTo("base");
    assertThat(copy.derivedHidden()).isEqualTo("derived");
    assertThat(copy.skipped).as("transient").isZero();
    assertThat(mode.copy(new Inner()).outerSize()).isEqualTo(2);
    assertThat(mode.copy(anonymous).get()).isEqualTo(7);
    assertThat(mode.copy(new Local(1))).isEqualTo(new Local(1));
    assertThat(mode.copy(new LocalClass()).value).isEqualTo(8);
  }

  record Checked(int positive) {
    Checked {
      if (positive <= 0) {
        throw new IllegalArgumentException("not positive: " + positive);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void recordsOfAllVisibilitiesAndShapes(Mode mode) {
    record Generic<A, B>(A first, B second) {}

    assertThat(mode.copy(new Checked(5))).isEqualTo(new Checked(5));
    assertThat(mode.copy(new Generic<>(List.of(1), new Generic<>("a", 'b'))))
        .isEqualTo(new Generic<>(List.of(1), new Generic<>("a", 'b')));
    assertThat(mode.copy(new Object[] {new Point(1, null), new Point[] {new Point(2, "")}}))
        .isEqualTo(new Object[] {new Point(1, null), new Point[] {new Point(2, "")}});
  }

  interface Greeter {
    String greet(String name);
  }

  static class GreetingHandler implements InvocationHandler {
    private final String greeting;

    GreetingHandler(String greeting) {
      this.greeting = greeting;
    }

    @Override
    public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
      return greeting + " " + arguments[0];
    }
  }

  interface SerializableOperator extends IntUnaryOperator, Serializable {}

  record HoldsFunction(SerializableOperator operator, Comparator<String> order) {}

  @ParameterizedTest
  @EnumSource
  void proxiesAndLambdas(Mode mode) {
    Greeter greeter =
        (Greeter)
            Proxy.newProxyInstance(
                Greeter.class.getClassLoader(),
                new Class<?>[] {Greeter.class},
                new GreetingHandler("hello"));
    int[] captured = {10};
    HoldsFunction functions =
        new HoldsFunction(x -> x + captured[0], Comparator.comparing(String::length, (a, b) -> 0));

    assertThat(mode.copy(greeter).greet("you")).isEqualTo("hello you");
    HoldsFunction simple =
        mode.copy(new HoldsFunction(functions.operator(), Comparator.reverseOrder()));
    captured[0] = 100;
    assertThat(simple.operator().applyAsInt(1)).isEqualTo(11);
    assertThat(simple.order().compare("a", "b")).isPositive();
  }

  static class OrderException extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int code;
    final List<String> details = new ArrayList<>();

    OrderException(String message) {
      super(Objects.requireNonNull(message, "a message is required"));
      code = -1;
    }

    OrderException(int code, Throwable cause) {
      super("order", cause);
      this.code = code;
      details.add("detail");
    }

    @Override
    public String getMessage() {
      return super.getMessage() + " " + code;
    }
  }

  @ParameterizedTest
  @EnumSource
  void exceptionsComeBackWhole(Mode mode) {
    IOException cause = new IOException("disk");
    OrderException thrown = new OrderException(7, cause);
    thrown.addSuppressed(new IllegalStateException("while closing", thrown));

    OrderException copy = mode.copy(thrown);

    assertThat(copy).hasMessage("order 7").isExactlyInstanceOf(OrderException.class);
    assertThat(copy.code).isEqualTo(7);
    assertThat(copy.details).containsExactly("detail");
    assertThat(copy.getCause()).isExactlyInstanceOf(IOException.class).hasMessage("disk");
    assertThat(copy.getStackTrace()).isEqualTo(thrown.getStackTrace());
    assertThat(copy.getSuppressed()).hasSize(1);
    assertThat(copy.getSuppressed()[0]).hasMessage("while closing").hasCause(copy);
    assertThat(copy.getSuppressed()[0].getCause()).isSameAs(copy);
    copy.addSuppressed(new RuntimeException("later"));
    assertThat(copy.getSuppressed()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void exceptionsWithoutACauseCanStillBeGivenOne(Mode mode) {
    IOException copy = mode.copy(new IOException("disk"));

    copy.initCause(new IllegalStateException("late"));

    assertThat(copy).hasRootCauseMessage("late");
  }

  @Nested
  class OutOfBand {
    private final ValueSerializers serializers = Mode.INTERPRETED.serializers();

    record Batch(String name, double[] large, int[] small, ByteBuffer bytes, MemorySegment rest) {}

    @ParameterizedTest
    @EnumSource
    void everyKindOfArrayComesBackSmallAndLarge(Mode mode) {
      for (int length : new int[] {0, 1, 100, 5000}) {
        for (PrimitiveArrayKind kind : PrimitiveArrayKind.values()) {
          byte[] bytes = new byte[length * kind.elementBytes()];
          new Random(3).nextBytes(bytes);
          if (kind == PrimitiveArrayKind.BOOLEAN) {
            for (int index = 0; index < bytes.length; index++) {
              bytes[index] &= 1;
            }
          }
          Object array = kind.array(MemorySegment.ofArray(bytes));

          assertThat(new Object[] {mode.copy(array)}).isEqualTo(new Object[] {array});
          assertThat(mode.copy(new Object[] {array, array})).isEqualTo(new Object[] {array, array});
        }
      }
    }

    @ParameterizedTest
    @EnumSource
    void largePartsAreBuffersAndSmallOnesAreNot(Mode mode) {
      Batch batch =
          new Batch(
              "a",
              new double[1000],
              new int[] {1, 2},
              ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 1, 2).order(ByteOrder.LITTLE_ENDIAN),
              MemorySegment.ofArray(new long[] {5, 6}));

      Serialized serialized = mode.serializers().serialize(batch, new HandleTable());

      assertThat(serialized.buffers())
          .extracting(MemorySegment::byteSize)
          .containsExactlyInAnyOrder(8000L, 2L, 16L);
      Batch copy =
          cast(mode.serializers().deserialize(throughMemory(serialized), new HandleTable()));
      assertThat(copy.large()).hasSize(1000);
      assertThat(copy.small()).containsExactly(1, 2);
      assertThat(copy.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      assertThat(copy.bytes().remaining()).isEqualTo(2);
      assertThat(copy.bytes().get(0)).isEqualTo((byte) 2);
      assertThat(copy.rest().getAtIndex(ValueLayout.JAVA_LONG, 1)).isEqualTo(6);
    }

    @Test
    void memoryIsReadInPlaceAndReadOnly() {
      MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 64);
      Serialized written =
          serializers.serialize(MemorySegment.ofArray(new int[1000]), new HandleTable());
      written.writeTo(memory);

      MemorySegment view =
          cast(serializers.deserialize(Serialized.readFrom(memory), new HandleTable()));
      memory.fill((byte) 1);

      assertThat(view.isReadOnly()).isTrue();
      assertThat(view.getAtIndex(ValueLayout.JAVA_INT, 0)).isEqualTo(0x01010101);
    }

    @Test
    void aByteBufferIsReadInPlaceAndReadOnly() {
      MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 64);
      serializers.serialize(ByteBuffer.allocate(100), new HandleTable()).writeTo(memory);

      ByteBuffer view =
          cast(serializers.deserialize(Serialized.readFrom(memory), new HandleTable()));
      memory.fill((byte) 1);

      assertThat(view.isReadOnly()).isTrue();
      assertThat(view.get(5)).isEqualTo((byte) 1);
    }

    @Test
    void anArrayIsTheReadersOwn() {
      MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 64);
      serializers.serialize(new int[2000], new HandleTable()).writeTo(memory);
      Serialized stored = Serialized.readFrom(memory);

      int[] first = cast(serializers.deserialize(stored, new HandleTable()));
      first[0] = 5;
      int[] second = cast(serializers.deserialize(stored, new HandleTable()));

      assertThat(second[0]).isZero();
    }

    @Test
    void aCopyDoesNotSeeLaterChangesOfTheWriter() {
      int[] array = new int[2000];
      Handover handover = serializers.handOver(array, new HandleTable());
      array[0] = 5;

      assertThat(handover).isInstanceOf(Handover.Copied.class);
      int[] copy =
          cast(
              serializers.deserialize(
                  ((Handover.Copied) handover).serialized(), new HandleTable()));
      assertThat(copy[0]).isZero();
    }
  }

  record Handle(String id) {}

  record HoldsHandles(Handle first, List<Handle> more) {}

  @ParameterizedTest
  @EnumSource
  void handlesBecomeIndexesIntoATableThatTheReaderSupplies(Mode mode) {
    ValueSerializers serializers =
        ValueSerializers.forLoader(getClass().getClassLoader())
            .handles(type -> type == Handle.class)
            .build();
    if (mode == Mode.COMPILED) {
      serializers.compileNow();
    }
    Handle a = new Handle("a");
    Handle b = new Handle("b");
    HandleTable written = new HandleTable();
    Serialized graph =
        serializers.serialize(new HoldsHandles(a, new ArrayList<>(List.of(b, a))), written);
    Serialized alone = serializers.serialize(b, written);

    HandleTable renamed = new HandleTable(List.of(new Handle("x"), new Handle("y")));
    HoldsHandles read = cast(serializers.deserialize(graph, renamed));

    assertThat(written.handles()).containsExactly(a, b);
    assertThat(read.first().id()).isEqualTo("x");
    assertThat(read.more()).extracting(Handle::id).containsExactly("y", "x");
    assertThat(serializers.deserialize(alone, renamed)).isEqualTo(new Handle("y"));
    assertThatThrownBy(() -> serializers.deserialize(graph, new HandleTable()))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("handle 0 of a table of 0");
  }

  /** A vector as an array library would have it. */
  static final class Vector {
    final MemorySegment data;
    final String unit;

    Vector(MemorySegment data, String unit) {
      this.data = data;
      this.unit = unit;
    }
  }

  static final class VectorCodec implements ViewCodec {
    @Override
    public boolean isView(Class<?> type) {
      return type == Vector.class;
    }

    @Override
    public MemorySegment data(Object view) {
      return ((Vector) view).data;
    }

    @Override
    public byte[] description(Object view) {
      return ((Vector) view).unit.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Object restore(MemorySegment data, byte[] description) {
      return new Vector(data, new String(description, StandardCharsets.UTF_8));
    }

    @Override
    public boolean isImmutable(Object view) {
      return ((Vector) view).data.isReadOnly();
    }
  }

  @ParameterizedTest
  @EnumSource
  void viewsAreReadInPlaceAloneAndInsideValues(Mode mode) {
    ValueSerializers serializers =
        ValueSerializers.forLoader(getClass().getClassLoader())
            .views(List.of(new VectorCodec()))
            .build();
    if (mode == Mode.COMPILED) {
      serializers.compileNow();
    }
    Vector vector = new Vector(MemorySegment.ofArray(new double[] {1, 2}), "metres");
    for (Object value : List.of(vector, new ArrayList<>(List.of(vector)))) {
      Serialized serialized = serializers.serialize(value, new HandleTable());
      MemorySegment memory = Arena.ofAuto().allocate(serialized.sizeInStore(), 64);
      serialized.writeTo(memory);

      Object read = serializers.deserialize(Serialized.readFrom(memory), new HandleTable());
      Vector copy = read instanceof List<?> list ? (Vector) list.getFirst() : cast(read);

      assertThat(copy.unit).isEqualTo("metres");
      assertThat(copy.data.getAtIndex(ValueLayout.JAVA_DOUBLE, 1)).isEqualTo(2);
      assertThat(copy.data.isNative()).as("a slice of the store").isTrue();
      assertThat(serializers.isImmutable(copy)).isTrue();
      assertThat(serializers.isImmutable(vector)).isFalse();
    }
  }

  /** Can't be written by its fields: it refers to a thread. */
  static class Engine {
    final Thread thread = new Thread(() -> {});
    final int power;

    Engine(int power) {
      this.power = power;
    }
  }

  static final class TurboEngine extends Engine {
    TurboEngine(int power) {
      super(power);
    }
  }

  record Car(Engine engine, Engine same) {}

  static final class EngineCodec implements SurrogateCodec<Engine> {
    @Override
    public Object replace(Engine value) {
      return new int[] {value.power};
    }

    @Override
    public Engine restore(Object surrogate) {
      return new Engine(((int[]) surrogate)[0]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRegisteredSerializerServesItsTypeAndSubtypes(Mode mode) {
    ValueSerializers serializers = ValueSerializers.forLoader(getClass().getClassLoader()).build();
    serializers.register(Engine.class, new EngineCodec());
    if (mode == Mode.COMPILED) {
      serializers.compileNow();
    }
    Engine engine = new TurboEngine(300);

    Car car = serializers.copy(new Car(engine, engine));

    assertThat(car.engine().power).isEqualTo(300);
    assertThat(car.same()).isSameAs(car.engine());
  }

  @Test
  void copyReturnsTheSameInstanceOnlyIfItIsImmutable() {
    ValueSerializers serializers = Mode.INTERPRETED.serializers();
    Point point = new Point(1, "a");
    List<Integer> list = new ArrayList<>(List.of(1));

    assertThat(serializers.copy(point)).isSameAs(point);
    assertThat(serializers.copy(list)).isEqualTo(list).isNotSameAs(list);
    assertThat(serializers.handOver(point, new HandleTable()))
        .isEqualTo(new Handover.Shared(point));
  }

  @Property(tries = 200)
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
    ValueSerializers serializers = Mode.INTERPRETED.serializers();
    byte[] header = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, header, 1, bytes.length);
    for (byte tag :
        new byte[] {
          FastFormat.GRAPH, FastFormat.INT, FastFormat.HANDLE, 19, 20, 21, 22, 31, 33, 49
        }) {
      header[0] = tag;
      try {
        serializers.deserialize(Serialized.ofHeader(header), new HandleTable());
      } catch (UnreadableValueException expected) {
        assertThat(expected).hasMessageMatching("(?s).+");
      }
    }
  }

  @Test
  void aGraphTooDeepForTheStackIsAnErrorThatSaysSo() {
    Node first = new Node("0");
    Node last = first;
    for (int index = 1; index < 1_000_000; index++) {
      last.next = new Node("n");
      last = last.next;
    }

    assertThatThrownBy(() -> Mode.INTERPRETED.serializers().serialize(first, new HandleTable()))
        .isInstanceOf(UnserializableValueException.class)
        .hasMessageContaining("nested too deeply");
  }
}
