package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists and arrays of leaves come back as they went, without Fory. */
class LeafSequencesTest {
  private static final int MANY = 200_000;

  @Provide
  Arbitrary<List<Object>> leaves() {
    return Arbitraries.<Object>oneOf(
            Arbitraries.strings().ofMaxLength(20),
            Arbitraries.of("", "Zürich", "日本", "\ud800", "a\0b"),
            Arbitraries.integers(),
            Arbitraries.longs(),
            Arbitraries.doubles(),
            Arbitraries.floats(),
            Arbitraries.shorts(),
            Arbitraries.bytes(),
            Arbitraries.chars(),
            Arbitraries.of(true, false, Double.NaN, -0.0f))
        .injectNull(0.1)
        .list()
        .ofMaxSize(30);
  }

  @Property(tries = 300)
  void listsAndArraysComeBackAsTheyWent(@ForAll("leaves") List<Object> leaves) {
    ArrayList<Object> list = new ArrayList<>(leaves);
    Object[] array = leaves.toArray();
    List<Object> without = List.copyOf(leaves.stream().filter(Objects::nonNull).toList());

    assertThat(read(written(list))).isExactlyInstanceOf(ArrayList.class).isEqualTo(list);
    assertThat(read(written(Arrays.asList(array))))
        .isEqualTo(list)
        .hasSameClassAs(Arrays.asList(array));
    assertThat(read(written(array))).isExactlyInstanceOf(Object[].class).isEqualTo(array);
    assertThat(read(written(without))).isEqualTo(without).hasSameClassAs(without);
  }

  @Property(tries = 300)
  void bytesThatWereCutOffOrAddedAreDamaged(@ForAll("leaves") List<Object> leaves) {
    byte[] header = written(new ArrayList<>(leaves)).header();

    for (int length : new int[] {header.length / 2, header.length - 1, header.length + 1}) {
      Serialized damaged = Serialized.ofHeader(Arrays.copyOf(header, length));
      if (length > 0) {
        assertThatThrownBy(() -> serializers().deserialize(damaged, new HandleTable()))
            .isInstanceOf(UnreadableValueException.class);
      }
    }
  }

  @Property(tries = 300)
  void leavesComeBackAsTheyWent(@ForAll("leaves") List<Object> leaves) {
    byte[] written = ValueSerializers.writeLeaves(leaves.toArray());

    assertThat(leaves).allMatch(ValueSerializers::isLeaf);
    assertThat(ValueSerializers.readLeaves(written)).isEqualTo(leaves.toArray());
    assertThat(read(Serialized.ofHeader(written))).isEqualTo(leaves.toArray());
  }

  static Stream<Arguments> others() {
    return Stream.<Object>of(
            new ArrayList<>(List.of(1, List.of(2))),
            new ArrayList<>(List.of(new Object())),
            List.of(1, new int[] {2}),
            new Object[] {"a", new Object[] {"b"}},
            new String[] {"a"},
            new Integer[] {1},
            new ArrayList<>(List.of(1)) {},
            new LinkedList<>(List.of(1)),
            Arrays.asList(1, new Object()),
            Stream.of(1, null, 2).toList(),
            new ArrayList<>(Collections.nCopies(MANY, Long.MAX_VALUE / 2)),
            new ArrayList<>(List.of("x".repeat(1 << 20))))
        .map(each -> Arguments.of(new Object[] {each}));
  }

  @ParameterizedTest
  @MethodSource("others")
  void allElseIsLeftToFory(Object other) {
    assertThat(FastFormat.write(other)).isNull();
  }

  @Test
  void aListThatChangesMeanwhileIsWrittenAsItWas() {
    List<@Nullable Object> list = new ArrayList<>(List.of(1, "a"));
    Serialized written = written(list);

    list.set(0, new Object());

    assertThat(read(written)).isEqualTo(List.of(1, "a"));
  }

  private static Serialized written(Object value) {
    Serialized written = FastFormat.write(value);
    assertThat(written).isNotNull();
    return Objects.requireNonNull(written);
  }

  private static Object read(Serialized written) {
    return Objects.requireNonNull(serializers().deserialize(written, new HandleTable()));
  }

  private static ValueSerializers serializers() {
    return ValueSerializers.forLoader(LeafSequencesTest.class.getClassLoader()).build();
  }
}
