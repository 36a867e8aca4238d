package ray.processes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A round of questions to the members of a node.
 *
 * @param members who was there right after it
 * @param all what they answered
 */
record MemberRound(MemberReport members, MemberAnswers all) {
  /** A member and its answer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answered(Member member, byte[] content) {}

  private Map<Long, Member> byProcess() {
    Map<Long, Member> found = new HashMap<>();
    members.members().forEach(seen -> found.put(seen.member().process(), seen.member()));
    return found;
  }

  /** The answers to a question. Who has ended meanwhile is left out. */
  List<Answered> answers(int question) {
    Map<Long, Member> byProcess = byProcess();
    List<Answered> answered = new ArrayList<>();
    for (MemberAnswers.Answer answer : all.answers()) {
      Member member = byProcess.get(answer.process());
      if (member != null && answer.question() == question) {
        answered.add(new Answered(member, answer.content()));
      }
    }
    return answered;
  }

  /** Who is there and did not answer, a sentence each. */
  List<String> notes() {
    Map<Long, Member> byProcess = byProcess();
    List<String> notes = new ArrayList<>();
    for (MemberAnswers.Silent silent : all.silent()) {
      Member member = byProcess.get(silent.process());
      if (member != null) {
        notes.add(
            member.describe()
                + " of job "
                + Long.toHexString(member.job())
                + " is left out: "
                + silent.reason());
      }
    }
    return notes;
  }
}
