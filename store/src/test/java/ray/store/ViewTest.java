package ray.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A view keeps its object's bytes, through whatever is derived from it, and nothing else does. */
class ViewTest {
  private static final long OWNER = 7;
  private static final int SIZE = 1 << 20;

  private final ObjectStore store = open(MemoryKind.SHARED);
  private @Nullable Object held;

  private static ObjectStore open(MemoryKind kind) {
    return ObjectStore.open(ObjectStoreConfig.ofCapacity(4 * SIZE).withMemoryKind(kind), 1);
  }

  @AfterEach
  void close() {
    held = null;
    store.close();
  }

  private static void put(ObjectStore store, long key, byte fill) throws InterruptedException {
    try (WritableObject object = store.create(key, SIZE, OWNER)) {
      object.segment().fill(fill);
      assertThat(object.seal()).isTrue();
    }
  }

  /** One way to hold on to a part of a view, and to read a byte of it back. */
  record Derivation(
      String name, Function<MemorySegment, Object> derive, Function<Object, Byte> read) {
    static Derivation segment(String name, Function<MemorySegment, MemorySegment> derive) {
      return new Derivation(
          name, derive::apply, held -> ((MemorySegment) held).get(ValueLayout.JAVA_BYTE, 5));
    }

    static Derivation buffer(String name, Function<ByteBuffer, ByteBuffer> derive) {
      return new Derivation(
          name, view -> derive.apply(view.asByteBuffer()), held -> ((ByteBuffer) held).get(5));
    }

    static Derivation typed(String name, Function<ByteBuffer, ? extends Buffer> derive) {
      return new Derivation(
          name,
          view -> derive.apply(view.asByteBuffer().order(ByteOrder.nativeOrder())),
          held -> MemorySegment.ofBuffer((Buffer) held).get(ValueLayout.JAVA_BYTE, 5));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Derivation> derivations() {
    return Stream.of(
        Derivation.segment("the view", view -> view),
        Derivation.segment("slice", view -> view.asSlice(1000, 100)),
        Derivation.segment("slice of slice", view -> view.asSlice(1000).asSlice(10, 50)),
        Derivation.segment("read-only", MemorySegment::asReadOnly),
        Derivation.segment(
            "element", view -> view.elements(ValueLayout.JAVA_LONG).skip(9).findFirst().get()),
        Derivation.buffer("buffer", buffer -> buffer),
        Derivation.buffer("buffer slice", buffer -> buffer.slice(100, 50)),
        Derivation.buffer("duplicate of slice", buffer -> buffer.position(9).slice().duplicate()),
        Derivation.buffer("read-only buffer", ByteBuffer::asReadOnlyBuffer),
        Derivation.buffer("aligned slice", buffer -> buffer.alignedSlice(8)),
        Derivation.segment(
            "segment of buffer", view -> MemorySegment.ofBuffer(view.asByteBuffer()).asSlice(8)),
        Derivation.typed("ints", ByteBuffer::asIntBuffer),
        Derivation.typed("slice of floats", buffer -> buffer.asFloatBuffer().slice(10, 10)),
        Derivation.typed("doubles", ByteBuffer::asDoubleBuffer),
        Derivation.typed("duplicate of longs", buffer -> buffer.asLongBuffer().duplicate()),
        Derivation.typed("read-only shorts", buffer -> buffer.asShortBuffer().asReadOnlyBuffer()),
        Derivation.typed("chars", ByteBuffer::asCharBuffer),
        Derivation.typed(
            "foreign order ints",
            buffer -> buffer.order(ByteOrder.BIG_ENDIAN).slice(64, 64).asIntBuffer()));
  }

  @ParameterizedTest
  @MethodSource("derivations")
  void whateverIsDerivedFromAViewKeepsTheBytes(Derivation derivation) throws InterruptedException {
    // given an object whose owner is gone and of which one derived thing is left
    put(store, 1, (byte) 42);
    held = derivation.derive().apply(store.view(1));
    store.release(1, OWNER);

    // when everything else is collected
    Collector.collectThoroughly(store);

    // then its bytes are there, whatever others put
    assertThat(store.usedBytes()).isEqualTo(SIZE);
    for (int key = 10; key < 13; key++) {
      put(store, key, (byte) 99);
    }
    assertThat(derivation.read().apply(held)).isEqualTo((byte) 42);

    // and when the derived thing goes, they go
    held = null;
    assertThat(Collector.collectUntil(store, () -> store.usedBytes() == 3 * SIZE)).isTrue();
    put(store, 20, (byte) 1);
  }

  @ParameterizedTest
  @EnumSource(MemoryKind.class)
  void viewsKeepTheBytesInEveryKindOfMemory(MemoryKind kind) throws InterruptedException {
    try (ObjectStore some = open(kind)) {
      assertThat(some.memoryKind()).isEqualTo(kind);
      put(some, 1, (byte) 42);
      MemorySegment view = some.view(1).asSlice(100, 10);
      some.release(1, OWNER);
      Collector.collectThoroughly(some);
      put(some, 2, (byte) 99);
      assertThat(view.toArray(ValueLayout.JAVA_BYTE)).containsOnly(42);
      view = null;
      assertThat(Collector.collectUntil(some, () -> some.usedBytes() == SIZE)).isTrue();
    }
  }

  @Test
  void everyViewHasAPinOfItsOwn() throws InterruptedException {
    put(store, 1, (byte) 42);
    MemorySegment first = store.view(1);
    held = store.view(1);
    store.release(1, OWNER);
    assertThat(first.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
    first = null;
    Collector.collectThoroughly(store);
    assertThat(store.usedBytes()).isEqualTo(SIZE);
    held = null;
    assertThat(Collector.collectUntil(store, () -> store.usedBytes() == 0)).isTrue();
  }

  @Test
  void viewsCannotBeWrittenTo() throws InterruptedException {
    put(store, 1, (byte) 42);
    MemorySegment view = store.view(1);
    assertThat(view.isReadOnly()).isTrue();
    assertThat(view.byteSize()).isEqualTo(SIZE);
    assertThatThrownBy(() -> view.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(view.asByteBuffer().isReadOnly()).isTrue();
  }

  @Test
  void viewOutlivesTheStore() throws InterruptedException {
    put(store, 1, (byte) 42);
    MemorySegment view = store.view(1);
    store.close();
    System.gc();
    assertThat(view.get(ValueLayout.JAVA_BYTE, SIZE - 1)).isEqualTo((byte) 42);
    Reference.reachabilityFence(view);
  }

  @Test
  void writerThatIsLostGivesItsMemoryBack() throws InterruptedException {
    held = store.create(1, SIZE, OWNER);
    Collector.collectThoroughly(store);
    assertThat(store.usedBytes()).isEqualTo(SIZE);
    held = null;
    assertThat(Collector.collectUntil(store, () -> store.usedBytes() == 0)).isTrue();
  }

  @Test
  void putThatFindsTheStoreFullOfDeadViewsGetsTheirRoom() throws InterruptedException {
    for (int key = 1; key <= 4; key++) {
      put(store, key, (byte) key);
      assertThat(store.view(key).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) key);
      store.release(key, OWNER);
    }
    put(store, 10, (byte) 10);
    assertThat(store.contains(10)).isTrue();
  }
}
