package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What may be shared between tasks as it is, and what must not. */
class ImmutabilityTest {
  private static final Immutability RULES =
      new Immutability(Handles.NONE, List.of(), segment -> false);

  record Point(int x, int y) {}

  record Named(String name, Point at, Optional<Point> before) {}

  record Wrapper(@Nullable Object value) {}

  record Grid(int[] cells) {}

  record Chain(int head, @Nullable Chain tail) {}

  record Price(BigDecimal amount) {}

  sealed interface Shape permits Circle, Square, Nothing {}

  record Circle(double radius) implements Shape {}

  record Square(double side) implements Shape {}

  enum Nothing implements Shape {
    INSTANCE
  }

  record Drawing(Shape first, Shape second) {}

  sealed interface Leaky permits Tight, Loose {}

  record Tight(int x) implements Leaky {}

  static final class Loose implements Leaky {
    int x;
  }

  record HoldsLeaky(Leaky leaky) {}

  static class MutableDecimal extends BigDecimal {
    private static final long serialVersionUID = 1;
    int extra;

    MutableDecimal() {
      super(1);
    }
  }

  interface SerializableOperator extends IntUnaryOperator, Serializable {}

  static final List<@Nullable Object> IMMUTABLE =
      Arrays.asList(
          null,
          "text",
          1,
          2L,
          3.0,
          4f,
          'c',
          (short) 5,
          (byte) 6,
          true,
          BigInteger.TEN,
          BigDecimal.ONE,
          UUID.fromString("123e4567-e89b-12d3-a456-426614174000"),
          Instant.EPOCH,
          Duration.ofDays(1),
          ZoneId.of("Europe/Zurich"),
          String.class,
          TimeUnit.DAYS,
          Nothing.INSTANCE,
          Path.of("some", "file"),
          Optional.of(1),
          Optional.empty(),
          new Point(1, 2),
          new Named("a", new Point(1, 2), Optional.of(new Point(0, 0))),
          new Wrapper("text"),
          new Wrapper(new Wrapper(List.of(1, "a"))),
          new Wrapper(null),
          new Chain(1, new Chain(2, null)),
          new Price(BigDecimal.TEN),
          new Drawing(new Circle(1), Nothing.INSTANCE),
          new HoldsLeaky(new Tight(1)),
          List.of(),
          List.of(1),
          List.of(1, 2, 3),
          List.of(1, 2, 3).subList(1, 2),
          Stream.of(1, "a").toList(),
          Set.of("a", "b"),
          Map.of("a", List.of(1)),
          Map.entry("a", 1),
          Collections.emptyList(),
          Collections.singletonList("a"),
          (SerializableOperator) x -> x + 1);

  static final List<Object> MUTABLE =
      List.of(
          new int[0],
          new Object(),
          new Date(0),
          new StringBuilder(),
          new ArrayList<>(),
          Arrays.asList(1, 2),
          Collections.unmodifiableList(new ArrayList<>()),
          new Grid(new int[1]),
          new Wrapper(new int[1]),
          new Wrapper(new Wrapper(new ArrayList<>())),
          new Price(new MutableDecimal()),
          new MutableDecimal(),
          new HoldsLeaky(new Loose()),
          Optional.of(new int[1]),
          List.of(1, new int[1]),
          Map.of("a", new StringBuilder()),
          Map.entry("a", new StringBuilder()),
          ByteBuffer.allocate(1),
          ByteBuffer.allocate(1).asReadOnlyBuffer(),
          MemorySegment.ofArray(new byte[1]).asReadOnly());

  @ParameterizedTest
  @FieldSource("IMMUTABLE")
  void sharesWhatIsImmutable(@Nullable Object value) {
    assertThat(RULES.isImmutable(value)).isTrue();
  }

  @ParameterizedTest
  @FieldSource("MUTABLE")
  void doesNotShareWhatMayChange(Object value) {
    assertThat(RULES.isImmutable(value)).isFalse();
  }

  @Test
  void aLambdaThatCapturesIsNotKnownToBeImmutable() {
    int[] captured = {1};
    SerializableOperator lambda = x -> x + captured[0];

    assertThat(RULES.isImmutable(lambda)).isFalse();
  }

  @Test
  void looksAtABoundedNumberOfElements() {
    List<Integer> within = IntStream.range(0, Immutability.MAX_VISITED).boxed().toList();
    List<Integer> beyond = IntStream.rangeClosed(0, Immutability.MAX_VISITED).boxed().toList();

    assertThat(RULES.isImmutable(within)).isTrue();
    assertThat(RULES.isImmutable(beyond)).isFalse();
  }

  @Test
  void looksToABoundedDepth() {
    Wrapper shallow = nested(10);
    Wrapper deep = nested(100_000);

    assertThat(RULES.isImmutable(shallow)).isTrue();
    assertThat(RULES.isImmutable(deep)).isFalse();
  }

  private static Wrapper nested(int depth) {
    Wrapper wrapper = new Wrapper(1);
    for (int level = 0; level < depth; level++) {
      wrapper = new Wrapper(wrapper);
    }
    return wrapper;
  }

  @Test
  void aHandleIsNeverSharedNorIsWhatHoldsOne() {
    Immutability rules = new Immutability(type -> type == Point.class, List.of(), segment -> false);

    assertThat(rules.isImmutable(new Point(1, 2))).isFalse();
    assertThat(rules.isImmutable(new Named("a", new Point(1, 2), Optional.empty()))).isFalse();
    assertThat(rules.isImmutable(List.of(new Point(1, 2)))).isFalse();
  }

  @Test
  void memoryIsSharedOnlyIfItIsSealedAndReadOnly() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64);
      Immutability rules =
          new Immutability(
              Handles.NONE, List.of(), segment -> segment.address() == memory.address());

      assertThat(rules.isImmutable(memory)).isFalse();
      assertThat(rules.isImmutable(memory.asReadOnly())).isTrue();
      assertThat(rules.isImmutable(memory.asReadOnly().asByteBuffer())).isTrue();
      assertThat(rules.isImmutable(new Wrapper(memory.asReadOnly()))).isTrue();
      assertThat(rules.isImmutable(memory.asByteBuffer())).isFalse();
    }
  }
}
