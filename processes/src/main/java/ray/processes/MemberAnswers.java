package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.wire.codec.ProtoWriter;

/**
 * What the members of a node answered to questions that were asked of all.
 *
 * @param answers what came in time
 * @param silent who did not answer, and why
 */
record MemberAnswers(List<Answer> answers, List<Silent> silent) implements Payload {
  /**
   * Questions for all members.
   *
   * @param questions their kinds
   * @param limit how many things each answer may list
   */
  record Asked(List<Long> questions, int limit) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      questions.forEach(question -> out.repeatedFixed64(1, question));
      out.varint(2, limit);
    }

    static Asked read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Asked(fields.numbers(1), (int) fields.number(2));
    }
  }

  /** What a process answered to a question of a kind. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(long process, int question, byte[] content) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.fixed64(1, process);
      out.varint(2, question);
      out.bytes(3, content);
    }

    static Answer read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Answer(fields.number(1), (int) fields.number(2), fields.content(3));
    }
  }

  /** Why there is no answer of a process. */
  record Silent(long process, String reason) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.fixed64(1, process);
      out.string(2, reason);
    }

    static Silent read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Silent(fields.number(1), fields.text(2));
    }
  }

  @Override
  public void write(ProtoWriter out) {
    for (Answer answer : answers) {
      // Written on its own, as it may be longer than a part can be.
      out.bytes(1, answer.bytes());
    }
    silent.forEach(each -> each.writeAs(2, out));
  }

  static MemberAnswers read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    List<Answer> answers = new ArrayList<>();
    for (byte[] each : fields.contents(1)) {
      answers.add(Answer.read(each));
    }
    List<Silent> silent = new ArrayList<>();
    for (byte[] each : fields.contents(2)) {
      silent.add(Silent.read(each));
    }
    return new MemberAnswers(answers, silent);
  }
}
