package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The layout of a value in memory. */
class SerializedTest {

  @Property(tries = 300)
  void whatIsWrittenIsReadAndBuffersAreAligned(
      @ForAll @Size(min = 1, max = 200) byte[] header,
      @ForAll @Size(max = 5) List<@IntRange(max = 5000) Integer> sizes) {
    Serialized written = Serialized.borrowing(header, random(sizes));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(written.sizeInStore(), Serialized.ALIGNMENT_BYTES);
      written.writeTo(memory);

      Serialized read = Serialized.readFrom(memory);

      assertThat(read.header()).isEqualTo(header);
      assertThat(read.sizeBytes()).isEqualTo(written.sizeBytes());
      for (int index = 0; index < sizes.size(); index++) {
        MemorySegment buffer = read.buffers().get(index);
        assertThat(buffer.mismatch(written.buffers().get(index))).isEqualTo(-1);
        assertThat(buffer.address() % Serialized.ALIGNMENT_BYTES).isZero();
      }
    }
  }

  @Property(tries = 300)
  void damagedBytesAreRefusedOrReadWithinTheirBounds(
      @ForAll @IntRange(max = 255) int position, @ForAll byte replacement) {
    Serialized written = Serialized.borrowing(new byte[40], random(List.of(100, 0)));
    MemorySegment memory = MemorySegment.ofArray(new byte[(int) written.sizeInStore()]);
    Assume.that(position < memory.byteSize());
    written.writeTo(memory);
    memory.set(ValueLayout.JAVA_BYTE, position, replacement);

    try {
      Serialized read = Serialized.readFrom(memory);
      assertThat(read.sizeBytes()).isLessThanOrEqualTo(memory.byteSize());
    } catch (UnreadableValueException e) {
      assertThat(e).hasMessageContaining("not a whole value");
    }
  }

  @Property(tries = 100)
  void bytesCutShortAreRefused(@ForAll @IntRange(min = 1, max = 200) int missing) {
    Serialized written = Serialized.borrowing(new byte[40], random(List.of(200)));
    MemorySegment memory = MemorySegment.ofArray(new byte[(int) written.sizeInStore()]);
    written.writeTo(memory);

    MemorySegment cut = memory.asSlice(0, memory.byteSize() - missing);

    assertThatThrownBy(() -> Serialized.readFrom(cut)).isInstanceOf(UnreadableValueException.class);
  }

  @Test
  void detachingKeepsWhatWasThereWhenItHappened() {
    int[] array = {1, 2, 3};
    Serialized borrowed =
        Serialized.borrowing(new byte[] {1}, List.of(MemorySegment.ofArray(array)));

    Serialized detached = borrowed.detach();
    array[0] = 100;

    assertThat(detached.buffer(0).toArray(ValueLayout.JAVA_INT_UNALIGNED)).containsExactly(1, 2, 3);
    assertThat(detached.buffer(0).isReadOnly()).isTrue();
    assertThat(detached.detach()).isSameAs(detached);
  }

  @Test
  void tooLittleSpaceIsAnErrorBeforeAnythingIsWritten() {
    Serialized written = Serialized.ofHeader(new byte[40]);
    MemorySegment memory = MemorySegment.ofArray(new byte[20]);

    assertThatThrownBy(() -> written.writeTo(memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("56 bytes");
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  private static List<MemorySegment> random(List<Integer> sizes) {
    Random random = new Random(7);
    List<MemorySegment> buffers = new ArrayList<>();
    for (int size : sizes) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      buffers.add(MemorySegment.ofArray(bytes));
    }
    return buffers;
  }
}
