package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which values hold on to the memory that they were read from: those with views, no others. */
class ViewsInGraphsTest {
  private static final int LARGE = 100_000;

  record Copied(String name, byte[] bytes, List<long[]> more) {}

  record Shown(MemorySegment memory, byte[] bytes) {}

  record Buffered(ByteBuffer buffer) {}

  private final ValueSerializers serializers =
      ValueSerializers.forLoader(ViewsInGraphsTest.class.getClassLoader()).build();

  private Serialized serialize(Object value) {
    return serializers.serialize(value, new HandleTable());
  }

  @Test
  void aGraphOfArraysIsCopiedSoItHoldsNoMemory() {
    byte[] bytes = new byte[LARGE];
    bytes[LARGE - 1] = 7;
    Copied value = new Copied("x", bytes, List.of(new long[LARGE]));

    Serialized serialized = serialize(value);

    assertThat(serialized.buffers()).hasSize(2);
    assertThat(serialized.mayHaveViews()).isFalse();
    Copied read = (Copied) serializers.deserialize(serialized, new HandleTable());
    assertThat(read).isNotNull();
    assertThat(read.bytes()).isEqualTo(bytes).isNotSameAs(bytes);
  }

  @Test
  void aGraphWithASegmentOrABufferMayShowItsMemory() {
    MemorySegment memory = MemorySegment.ofArray(new byte[LARGE]);

    assertThat(serialize(new Shown(memory, new byte[LARGE])).mayHaveViews()).isTrue();
    assertThat(serialize(new Buffered(ByteBuffer.allocate(LARGE))).mayHaveViews()).isTrue();
  }

  @Test
  void oneValueDoesNotSpeakForTheNext() {
    assertThat(
            serialize(new Shown(MemorySegment.ofArray(new byte[LARGE]), new byte[1]))
                .mayHaveViews())
        .isTrue();
    assertThat(serialize(new Copied("x", new byte[LARGE], List.of())).mayHaveViews()).isFalse();
  }
}
