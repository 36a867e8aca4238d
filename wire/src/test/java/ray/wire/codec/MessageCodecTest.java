package ray.wire.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;
import ray.wire.proto.Envelope;

class MessageCodecTest {
  private static final long TO = 0xfedcba9876543210L;
  private static final int SAMPLES = 200;

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
    assertThatThrownBy(() ->
            read("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .isInstanceOf(IOException.class);
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
    TaskSpec spec =
        new TaskSpec(new ObjectId(7, number), null, call, new Object[0], List.of(), null);
    return new Message.PushTasks(7, List.of(new Message.Push(spec, 0, null)));
  }
}
