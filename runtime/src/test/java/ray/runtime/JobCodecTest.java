package ray.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;
import ray.runtime.serialization.HandleTable;
import ray.runtime.serialization.Serialized;
import ray.runtime.serialization.UnreadableValueException;
import ray.runtime.serialization.ValueSerializers;
import ray.wire.codec.MessageBytes;
import ray.wire.codec.OpaqueCodec;
import ray.wire.codec.ProtoWriter;

/** What becomes of bodies on their way from one process of a job to another. */
class JobCodecTest {
  /** Tags of the format of values. */
  private static final byte NULL = 0;

  private static final byte UTF16 = 2;
  private static final byte INT = 8;
  private static final byte OBJECT_ARRAY = 21;

  private static final String LONG_TEXT = "x".repeat(ValueSerializers.MAX_LEAF_BYTES);

  private final ValueSerializers serializers =
      ValueSerializers.forLoader(JobCodecTest.class.getClassLoader()).build();
  private final JobCodec codec = new JobCodec(serializers);

  static List<Object> leaves() {
    return List.of(
        "",
        "text",
        "Zürich",
        "日本 🌍",
        "\ud800",
        "a\0b",
        true,
        false,
        (byte) -1,
        (short) -300,
        'ä',
        '\uffff',
        -1,
        0,
        Integer.MAX_VALUE,
        Long.MIN_VALUE,
        5L,
        -0.0f,
        Float.NaN,
        -0.0,
        Double.MIN_VALUE);
  }

  @ParameterizedTest
  @MethodSource("leaves")
  void aLeafAloneIsReadAtOnce(Object leaf) throws IOException {
    Outcome written = new Outcome.Inline(leaf, 3, List.of());

    assertThat(codec.isLeaf(leaf)).isTrue();
    assertThat(sent(List.of(written))).containsExactly(written);
  }

  @Test
  void leavesInARowAreReadAtOnce() throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    for (Object leaf : leaves()) {
      outcomes.add(new Outcome.Inline(leaf, 0, List.of()));
      outcomes.add(new Outcome.Inline(null, 0, List.of()));
    }

    assertThat(sent(outcomes)).isEqualTo(outcomes);
  }

  @Test
  void whatStandsBetweenLeavesStaysWhatItIs() throws IOException {
    ObjectId id = new ObjectId(7, 8);
    List<Outcome> row = Collections.nCopies(5, new Outcome.Inline(1, 0, List.of()));
    List<Outcome> outcomes = new ArrayList<>(row);
    for (Outcome other :
        List.of(
            new Outcome.Alias(id),
            Outcome.Failed.of(ErrorCode.TASK_FAILED, "it failed"),
            new Outcome.Stored(1, 2, 3, List.of(), null),
            new Outcome.Inline(2, 4, List.of()),
            new Outcome.Inline(2, 0, List.of(id)),
            new Outcome.Inline(null, 0, List.of(id)))) {
      outcomes.add(other);
      outcomes.addAll(row);
    }

    assertThat(sent(outcomes)).isEqualTo(outcomes);
  }

  static List<Object> others() {
    return List.of(
        LONG_TEXT,
        "語".repeat(ValueSerializers.MAX_LEAF_BYTES / 2 + 1),
        new ArrayList<>(Arrays.asList(1, null, "a")),
        List.of(1, 2),
        new int[] {1, 2, 3},
        new long[1_000]);
  }

  @ParameterizedTest
  @MethodSource("others")
  void allElseWaitsUntilItIsAskedFor(Object value) throws IOException {
    Outcome one = new Outcome.Inline(value, 0, List.of());

    for (Outcome read : sent(Collections.nCopies(5, one))) {
      Packed packed = (Packed) Objects.requireNonNull(((Outcome.Inline) read).body());
      assertThat(serializers.deserialize(packed.bytes(), new HandleTable()))
          .usingRecursiveComparison()
          .isEqualTo(value);
    }
  }

  static List<byte[]> damagedBodies() {
    return List.of(new byte[0], new byte[] {INT, 1, 2}, new byte[] {99}, new byte[] {UTF16, 1});
  }

  @ParameterizedTest
  @MethodSource("damagedBodies")
  void aDamagedBodyIsReportedToWhoAsksForIt(byte[] header) throws IOException {
    Packed read = (Packed) Objects.requireNonNull(bodySent(packed(header, List.of())));

    assertThat(read.bytes().header()).isEqualTo(header);
    assertThatThrownBy(() -> serializers.deserialize(read.bytes(), new HandleTable()))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void onlyAPlainLeafIsReadAtOnce() throws IOException {
    ActorKind actor = new ActorKind("A", 1, 2);

    assertThat(bodySent(packed(new byte[] {NULL}, List.of()))).isInstanceOf(Packed.class);
    assertThat(bodySent(packed(new byte[] {INT, 5, 0, 0, 0}, List.of()))).isEqualTo(5);
    assertThat(bodySent(packed(new byte[] {INT, 5, 0, 0, 0}, List.of(actor))))
        .isInstanceOf(Packed.class);
  }

  @Test
  void whatIsLongOrCanChangeIsNoLeaf() {
    assertThat(codec.isLeaf(null)).isTrue();
    assertThat(codec.isLeaf(LONG_TEXT)).isFalse();
    assertThat(codec.isLeaf(new int[0])).isFalse();
    assertThat(codec.isLeaf(List.of(1))).isFalse();
    assertThat(codec.isLeaf(packed(new byte[] {NULL}, List.of()))).isFalse();
  }

  @Test
  void damagedLeavesAreRefused() {
    ProtoWriter out = new ProtoWriter();
    codec.write(OpaqueCodec.Part.LEAVES, new Object[] {1, "text", null, 5L}, out);
    byte[] row = Arrays.copyOf(out.array(), out.size());
    byte[] list = row.clone();
    list[0]--;
    byte[] longText = row.clone();
    longText[11] = 100;

    Stream.of(
            new byte[0],
            Arrays.copyOf(row, 4),
            Arrays.copyOf(row, row.length - 1),
            Arrays.copyOf(row, row.length + 1),
            new byte[] {OBJECT_ARRAY, -1, -1, -1, 127},
            new byte[] {OBJECT_ARRAY, -1, -1, -1, -1},
            new byte[] {OBJECT_ARRAY, 1, 0, 0, 0, 99},
            list,
            longText)
        .forEach(bytes ->
            assertThatThrownBy(
                    () -> codec.read(OpaqueCodec.Part.LEAVES, CodedInputStream.newInstance(bytes)))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(UnreadableValueException.class));
  }

  private static Packed packed(byte[] header, List<@Nullable ActorKind> kinds) {
    return new Packed(Serialized.of(header, List.of()), kinds);
  }

  private @Nullable Object bodySent(Object body) throws IOException {
    return ((Outcome.Inline) sent(List.of(new Outcome.Inline(body, 1, List.of()))).getFirst())
        .body();
  }

  /** The results of a task, as they arrive. */
  private List<Outcome> sent(List<Outcome> outcomes) throws IOException {
    Message.Done done = new Message.Done(new ObjectId(7, 1), 0, outcomes, List.of(), 0, 1);
    byte[] bytes = MessageBytes.write(new Message.TasksDone(9, List.of(done)), codec);
    return ((Message.TasksDone) MessageBytes.read(bytes, codec)).results().getFirst().outcomes();
  }
}
