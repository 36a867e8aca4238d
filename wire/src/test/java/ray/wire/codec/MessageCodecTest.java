package ray.wire.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;
import ray.wire.proto.Argument;
import ray.wire.proto.Envelope;

class MessageCodecTest {
  private static final long TO = 0xfedcba9876543210L;
  private static final int SAMPLES = 200;
  private static final OpaqueCodec TEXTS = new TextCodec();

  private final ProtoWriter out = new ProtoWriter();
  private final MessageEncoder encoder = new MessageEncoder(OpaqueCodec.PASSING_ON, out);
  private final MessageDecoder decoder = new MessageDecoder(OpaqueCodec.PASSING_ON);

  private static List<Class<?>> kinds() {
    return RandomMessages.kinds();
  }

  private static void assertSame(Message read, Message written) {
    assertThat(read)
        .usingRecursiveComparison(
            RecursiveComparisonConfiguration.builder().withStrictTypeChecking(false).build())
        .isEqualTo(written);
  }

  /** The envelopes that were written since the last call. */
  private List<byte[]> frames() {
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer written = ByteBuffer.wrap(out.array(), 0, out.size()).order(ByteOrder.LITTLE_ENDIAN);
    while (written.hasRemaining()) {
      byte[] frame = new byte[written.getInt()];
      written.get(frame);
      frames.add(frame);
    }
    out.clear(1024);
    return frames;
  }

  /** What was read. */
  private record Received(long to, long from, Object content) {
    Message message() {
      return (Message) content;
    }
  }

  private Received read(byte[] frame) throws IOException {
    List<Received> received = new ArrayList<>();
    decoder.read(
        frame,
        0,
        frame.length,
        new MessageDecoder.Sink() {
          @Override
          public void message(long to, long from, Message message) {
            received.add(new Received(to, from, message));
          }

          @Override
          public void request(Request request) {
            received.add(new Received(0, 0, request));
          }

          @Override
          public void response(Response response) {
            received.add(new Received(0, 0, response));
          }
        });
    assertThat(received).hasSize(1);
    return received.getFirst();
  }

  @Test
  void questionsAndAnswersTravelToo() throws IOException {
    encoder.frame(new Request(1, 2, new byte[] {3}));
    encoder.frame(new Response(1, null, new byte[0]));
    encoder.frame(new Response(2, "", new byte[] {4}));
    List<byte[]> frames = frames();
    Request request = (Request) read(frames.get(0)).content();
    assertThat(request.id()).isEqualTo(1);
    assertThat(request.kind()).isEqualTo(2);
    assertThat(request.payload()).containsExactly(3);
    Response answer = (Response) read(frames.get(1)).content();
    assertThat(answer.failure()).isNull();
    assertThat(answer.payload()).isEmpty();
    Response refusal = (Response) read(frames.get(2)).content();
    assertThat(refusal.failure()).isEmpty();
    assertThat(refusal.payload()).containsExactly(4);
    assertThat(Envelope.parseFrom(frames.get(0)).getRequest().getKind()).isEqualTo(2);
    assertThat(Envelope.parseFrom(frames.get(2)).getResponse().hasFailure()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyMessageIsReadAsItWasWritten(Class<?> kind) throws IOException {
    RandomMessages messages = new RandomMessages(kind.getName().hashCode());
    for (int i = 0; i < SAMPLES; i++) {
      Message message = messages.ofKind(kind);
      encoder.frame(TO, i, message);
      List<byte[]> frames = frames();
      assertThat(frames).hasSize(1);
      Received received = read(frames.getFirst());
      assertThat(received.to()).isEqualTo(TO);
      assertThat(received.from()).isEqualTo(i);
      assertSame(received.message(), message);
    }
  }

  /** Protobuf's own classes, made from the same file, lose nothing of it and agree on its size. */
  @ParameterizedTest
  @MethodSource("kinds")
  void whatIsWrittenIsProtobuf(Class<?> kind) throws IOException {
    RandomMessages messages = new RandomMessages(kind.getName().hashCode() + 1L);
    for (int i = 0; i < SAMPLES; i++) {
      Message message = messages.ofKind(kind);
      encoder.frame(TO, 0, message);
      byte[] frame = frames().getFirst();
      Envelope envelope = Envelope.parseFrom(frame);
      assertThat(envelope.getUnknownFields().asMap()).isEmpty();
      assertThat(envelope.getMessageCase().name().replace("_", ""))
          .isEqualToIgnoringCase(kind.getSimpleName());
      byte[] again = envelope.toByteArray();
      assertThat(again.length).isLessThanOrEqualTo(frame.length);
      assertSame(read(again).message(), message);
    }
  }

  @Test
  void aCallIsDescribedOnceAConnection() throws IOException {
    CallSpec call = call("f");
    encoder.frame(TO, 0, push(call, 1));
    encoder.frame(TO, 0, push(call, 2));
    List<byte[]> frames = frames();
    assertThat(Envelope.parseFrom(frames.get(0)).getDefinitionsCount()).isEqualTo(1);
    assertThat(Envelope.parseFrom(frames.get(1)).getDefinitionsCount()).isZero();
    Message.PushTasks first = (Message.PushTasks) read(frames.get(0)).message();
    Message.PushTasks second = (Message.PushTasks) read(frames.get(1)).message();
    assertThat(second.tasks().getFirst().spec().call())
        .isSameAs(first.tasks().getFirst().spec().call());
  }

  @Test
  void ofManyCallsTheOldestIsForgottenAndDescribedAgain() throws IOException {
    List<CallSpec> calls = new ArrayList<>();
    for (int i = 0; i <= MessageEncoder.MAX_CALLS; i++) {
      calls.add(call("f" + i));
    }
    for (int round = 0; round < 2; round++) {
      for (CallSpec call : calls) {
        encoder.frame(TO, 0, push(call, round));
        Message.PushTasks read = (Message.PushTasks) read(frames().getFirst()).message();
        assertThat(read.tasks().getFirst().spec().name()).isEqualTo(call.name());
      }
    }
  }

  @Test
  void moreTasksThanCallsAreRememberedTakeSeveralFrames() throws IOException {
    List<Message.Push> pushes = new ArrayList<>();
    for (int i = 0; i < 3 * MessageEncoder.MAX_CALLS; i++) {
      pushes.addAll(push(call("f" + i), i).tasks());
    }
    encoder.frame(TO, 0, new Message.PushTasks(7, pushes));
    List<String> read = new ArrayList<>();
    for (byte[] frame : frames()) {
      Message.PushTasks some = (Message.PushTasks) read(frame).message();
      some.tasks().forEach(push -> read.add(push.spec().name() + push.spec().id().number()));
    }
    assertThat(read)
        .containsExactlyElementsOf(
            pushes.stream().map(p -> p.spec().name() + p.spec().id().number()).toList());
  }

  /** Whatever a peer sends, this side gets an IOException or a message. */
  @Test
  void damagedBytesAreRefused() {
    Random random = new Random(3);
    RandomMessages messages = new RandomMessages(4);
    int refused = 0;
    for (int round = 0; round < 20; round++) {
      for (Class<?> kind : kinds()) {
        encoder.frame(TO, 0, messages.ofKind(kind));
        byte[] frame = frames().getFirst();
        byte[] damaged = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
        for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        try {
          read(damaged);
        } catch (IOException expected) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(100);
    assertThatThrownBy(() -> read(new byte[0])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(IOException.class);
  }

  // ---- what comes in a row

  private static RefArgument ref(long owner, long number) {
    return new RefArgument(new ObjectId(owner, number));
  }

  private static @Nullable Object[] refs(long owner, long... numbers) {
    return LongStream.of(numbers).mapToObj(number -> ref(owner, number)).toArray();
  }

  private static @Nullable Object[] joined(@Nullable Object[]... parts) {
    return Stream.of(parts).flatMap(Arrays::stream).toArray();
  }

  static List<List<@Nullable Object>> arguments() {
    @Nullable Object[] value = {new OpaqueCodec.PassedOn(new byte[] {1, 2})};
    @Nullable Object[] many = refs(-1, LongStream.range(0, 10_000).toArray());
    return Stream.<@Nullable Object[]>of(
            new Object[0],
            value,
            refs(7, 5),
            refs(7, 5, 6, 7),
            refs(7, 5, 6, 7, 8),
            refs(0, 0, 0, 0, 0, 0),
            refs(7, 5, 4, 3, -1, -2, 100, 100),
            refs(7, Long.MAX_VALUE, Long.MIN_VALUE, 0, -1, Long.MAX_VALUE, 1, Long.MIN_VALUE),
            joined(refs(7, 1, 2, 3, 4), refs(8, 1, 2, 3, 4, 5), refs(9, 6), refs(7, 1, 2, 3, 4)),
            joined(
                value, refs(7, 1, 2, 3, 4), value, refs(7, 5, 6), value, refs(7, 7, 8, 9, 10, 11)),
            joined(refs(7, 1, 2, 3, 4), new Object[] {null, null, null, null, null}),
            joined(many, value, many))
        .map(Arrays::<@Nullable Object>asList)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("arguments")
  void refsAreReadAsTheyWereWritten(List<@Nullable Object> given) throws IOException {
    @Nullable Object[] arguments = given.toArray();
    encoder.frame(TO, 0, push(call("f"), 1, arguments, null));
    byte[] frame = frames().getFirst();
    Envelope envelope = Envelope.parseFrom(frame);

    assertArguments(read(frame), arguments);
    assertThat(envelope.getUnknownFields().asMap()).isEmpty();
    assertArguments(read(envelope.toByteArray()), arguments);
  }

  private static void assertArguments(Received received, @Nullable Object[] arguments) {
    Message.PushTasks read = (Message.PushTasks) received.message();
    assertThat(comparable(read.tasks().getFirst().spec().arguments()))
        .isEqualTo(comparable(arguments));
  }

  private static List<@Nullable Object> comparable(@Nullable Object[] arguments) {
    List<@Nullable Object> comparable = new ArrayList<>();
    for (Object each : arguments) {
      comparable.add(each instanceof OpaqueCodec.PassedOn(byte[] bytes) ? list(bytes) : each);
    }
    return comparable;
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte each : bytes) {
      list.add(each);
    }
    return list;
  }

  @Test
  void refsInARowOfOneOwnerAreWrittenTogether() throws IOException {
    encoder.frame(
        TO, 0, push(call("f"), 1, joined(refs(7, 1, 2, 3), refs(8, 9, 8, 7, 6, 5)), null));

    List<Argument> written =
        Envelope.parseFrom(frames().getFirst())
            .getPushTasks()
            .getTasks(0)
            .getTask()
            .getArgumentsList();

    assertThat(written).hasSize(4);
    assertThat(written.subList(0, 3)).allMatch(Argument::hasRef);
    assertThat(written.get(3).getRefs().getOwner()).isEqualTo(8);
    assertThat(written.get(3).getRefs().getStepsList()).containsExactly(9L, -1L, -1L, -1L, -1L);
  }

  /** As any writer of protobuf may have it. */
  @Test
  void aRowOfRefsMayComeInParts() throws IOException {
    byte[] row =
        written(refs -> {
          refs.writeByteArray(
              2,
              written(steps -> {
                steps.writeSInt64NoTag(10);
                steps.writeSInt64NoTag(-20);
              }));
          refs.writeByteArray(2, new byte[0]);
          refs.writeString(9, "of a later version");
          refs.writeFixed64(1, 7);
          refs.writeByteArray(2, written(steps -> steps.writeSInt64NoTag(Long.MIN_VALUE)));
        });

    assertArguments(read(withRefs(row)), refs(7, 10, -10, Long.MIN_VALUE - 10));
    assertArguments(read(withRefs(new byte[0])), new Object[0]);
  }

  @Test
  void aRowOfRefsThatIsCutOffIsRefused() throws IOException {
    byte[] endless = new byte[11];
    Arrays.fill(endless, (byte) 0xff);
    List<byte[]> damaged =
        List.of(
            written(refs -> refs.writeByteArray(2, new byte[] {2, (byte) 0x80})),
            written(refs -> refs.writeByteArray(2, endless)),
            new byte[] {2 << 3 | 2, 100, 1, 1},
            new byte[] {2 << 3 | 2, -1, -1, -1, -1, 7},
            new byte[] {2 << 3 | 2, -1, -1, -1, -1, 15},
            new byte[] {1 << 3 | 1, 1, 2, 3});
    for (byte[] row : damaged) {
      byte[] frame = withRefs(row);
      assertThatThrownBy(() -> read(frame)).isInstanceOf(IOException.class);
    }
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] written(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  /** A message with a task whose only argument is this row of refs. */
  private byte[] withRefs(byte[] row) throws IOException {
    encoder.frame(TO, 0, push(call("f"), 1));
    Envelope.Builder envelope = Envelope.parseFrom(frames().getFirst()).toBuilder();
    envelope
        .getPushTasksBuilder()
        .getTasksBuilder(0)
        .getTaskBuilder()
        .addArguments(Argument.newBuilder().setUnknownFields(field(3, row)));
    return envelope.build().toByteArray();
  }

  /** Bytes that protobuf's classes write as they are. */
  private static UnknownFieldSet field(int number, byte[] content) {
    return UnknownFieldSet.newBuilder()
        .addField(
            number,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFrom(content))
                .build())
        .build();
  }

  private static Outcome leaf(@Nullable String body) {
    return new Outcome.Inline(body, 0, List.of());
  }

  private static List<Outcome> leaves(int count) {
    return IntStream.range(0, count).mapToObj(i -> leaf(i % 7 == 3 ? null : "ä" + i)).toList();
  }

  private static List<Outcome> together(List<List<Outcome>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  private static List<Outcome> others() {
    ObjectId id = new ObjectId(7, 8);
    return List.of(
        new Outcome.Alias(id),
        Outcome.Failed.of(ErrorCode.TASK_FAILED, "it failed"),
        new Outcome.Stored(1, 2, 3, List.of(id), null),
        new Outcome.Inline("x".repeat(TextCodec.MAX_LEAF_CHARS + 1), 0, List.of()),
        new Outcome.Inline(null, 1, List.of()),
        new Outcome.Inline(null, 0, List.of(id)));
  }

  private static List<Outcome> leavesBetweenOthers() {
    List<Outcome> all = new ArrayList<>(leaves(5));
    for (Outcome other : others()) {
      all.add(other);
      all.addAll(leaves(4));
    }
    return all;
  }

  static List<List<Outcome>> outcomes() {
    return List.of(
        List.of(),
        List.of(leaf(null)),
        List.of(leaf(null), leaf(null), leaf(null), leaf(null)),
        leaves(MessageEncoder.MIN_ROW),
        leaves(MessageEncoder.MAX_LEAVES),
        leaves(2 * MessageEncoder.MAX_LEAVES + 1),
        others(),
        together(List.of(others(), leaves(100), others())),
        leavesBetweenOthers());
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void leavesAreReadAsTheyWereWritten(List<Outcome> outcomes) throws IOException {
    Message done = done(outcomes);
    Message push = push(call("f"), 1, new Object[0], outcomes.toArray(new Outcome[0]));
    for (Message message : List.of(done, push)) {
      byte[] written = MessageBytes.write(message, TEXTS);
      Envelope envelope = Envelope.parseFrom(written);

      assertThat(outcomes(written)).isEqualTo(outcomes);
      assertThat(envelope.getUnknownFields().asMap()).isEmpty();
      assertThat(outcomes(envelope.toByteArray())).isEqualTo(outcomes);
    }
  }

  private static List<Outcome> outcomes(byte[] written) throws IOException {
    Message read = MessageBytes.read(written, TEXTS);
    return read instanceof Message.PushTasks push
        ? List.of(Objects.requireNonNull(push.tasks().getFirst().values()))
        : ((Message.TasksDone) read).results().getFirst().outcomes();
  }

  @Test
  void leavesInARowAreWrittenTogether() throws IOException {
    List<Outcome> outcomes = together(List.of(leaves(3), others(), leaves(5)));

    byte[] written = MessageBytes.write(done(outcomes), TEXTS);

    List<ray.wire.proto.Outcome> read =
        Envelope.parseFrom(written).getTasksDone().getResults(0).getOutcomesList();
    assertThat(read).hasSize(3 + others().size() + 1);
    assertThat(read.subList(0, read.size() - 1)).noneMatch(ray.wire.proto.Outcome::hasLeaves);
    assertThat(read.getLast().getLeaves().toStringUtf8()).contains("ä0", "ä1", "ä2", "ä4");
  }

  /** It goes through processes that are not part of the job. */
  @Test
  void whatAConstructorIsGivenIsWrittenOneByOne() throws IOException {
    RandomMessages messages = new RandomMessages(5);
    Outcome[] values = leaves(9).toArray(new Outcome[0]);
    ActorSpec spec = ((Message.RegisterActor) messages.ofKind(Message.RegisterActor.class)).spec();
    for (Message message :
        List.of(
            new Message.RegisterActor(spec, values, 1),
            new Message.PlaceActor(spec, values, 1, 2),
            new Message.CreateActor(spec, values, 1, 2, 3, 4))) {
      byte[] written = MessageBytes.write(message, TEXTS);
      byte[] passedOn =
          MessageBytes.write(
              MessageBytes.read(written, OpaqueCodec.PASSING_ON), OpaqueCodec.PASSING_ON);

      assertThat(passedOn).isEqualTo(written);
    }
  }

  @Test
  void leavesAreRefusedWhereTheyCantBe() {
    byte[] row = MessageBytes.write(done(leaves(9)), TEXTS);
    ray.wire.proto.Outcome leaves =
        ray.wire.proto.Outcome.newBuilder().setLeaves(ByteString.copyFromUtf8("a")).build();
    ray.wire.proto.Resolved.Builder resolved =
        ray.wire.proto.Resolved.newBuilder()
            .setObject(ray.wire.proto.Id.newBuilder().setOwner(7))
            .setOutcome(leaves);
    byte[] single = Envelope.newBuilder().setResolved(resolved).build().toByteArray();

    assertThatThrownBy(() -> MessageBytes.read(row, OpaqueCodec.PASSING_ON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not part of it");
    assertThatThrownBy(() -> MessageBytes.read(single, TEXTS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("several outcomes");
  }

  @Test
  void damagedRowsAreRefused() {
    Random random = new Random(6);
    byte[] calls =
        MessageBytes.write(
            push(
                call("f"),
                1,
                refs(7, LongStream.range(0, 50).toArray()),
                leaves(50).toArray(new Outcome[0])),
            TEXTS);
    int refused = 0;
    for (int round = 0; round < 2_000; round++) {
      byte[] damaged =
          Arrays.copyOf(calls, round % 2 == 0 ? calls.length : random.nextInt(calls.length));
      for (int i = random.nextInt(3); i >= 0 && damaged.length > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        MessageBytes.read(damaged, TEXTS);
      } catch (IOException expected) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void aWriterLetsGoOfWhatOnlyALargeMessageNeeded() {
    out.bytes(1, new byte[1 << 20]);
    assertThat(out.array().length).isGreaterThan(1 << 20);
    out.clear(4096);
    assertThat(out.array()).hasSize(4096);
    assertThat(out.size()).isZero();
  }

  private static CallSpec call(String name) {
    return new CallSpec(
        5,
        new FunctionKey(name, Resources.ONE_CPU, SchedulingStrategy.standard()),
        name,
        new OpaqueCodec.PassedOn(new byte[] {1}),
        1,
        new TaskPolicy(3, List.of(), 0, 1, "", Map.of()));
  }

  private static Message.PushTasks push(CallSpec call, long number) {
    return push(call, number, new Object[0], null);
  }

  private static Message.PushTasks push(
      CallSpec call, long number, @Nullable Object[] arguments, Outcome @Nullable [] values) {
    TaskSpec spec = new TaskSpec(new ObjectId(7, number), null, call, arguments, List.of(), null);
    return new Message.PushTasks(7, List.of(new Message.Push(spec, 0, values)));
  }

  private static Message.TasksDone done(List<Outcome> outcomes) {
    return new Message.TasksDone(
        9, List.of(new Message.Done(new ObjectId(7, 1), 2, outcomes, List.of(), 3, 4)));
  }
}
