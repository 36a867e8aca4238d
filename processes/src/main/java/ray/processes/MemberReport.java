package ray.processes;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.wire.codec.ProtoWriter;

/**
 * Which processes a node has, as it knows without asking them.
 *
 * @param members programs and workers that have joined
 * @param ready workers that wait for a job
 */
record MemberReport(List<Seen> members, List<Seen> ready) implements Payload {
  /**
   * A process.
   *
   * @param member who it is; without a job, it is ready for one
   * @param memory what it takes
   * @param startedMs when it began, since 1970; 0 if that is not known
   */
  record Seen(Member member, ProcessMemory memory, long startedMs) implements Payload {
    static Seen of(Member member) {
      long startedMs =
          ProcessHandle.of(member.pid())
              .flatMap(process -> process.info().startInstant())
              .map(Instant::toEpochMilli)
              .orElse(0L);
      return new Seen(member, ProcessMemory.of(member.pid()), startedMs);
    }

    /** A member, with what it answered; null if it did not. */
    SeenWorker worker(@Nullable WorkReport work) {
      SeenWorker.State state =
          member.isDriver()
              ? SeenWorker.State.PROGRAM
              : work == null
                  ? SeenWorker.State.SILENT
                  : work.busy() ? SeenWorker.State.BUSY : SeenWorker.State.IDLE;
      return worker(state, work == null ? WorkReport.NOTHING : work);
    }

    /** A worker that waits for a job. */
    SeenWorker ready() {
      return worker(SeenWorker.State.READY, WorkReport.NOTHING);
    }

    private SeenWorker worker(SeenWorker.State state, WorkReport work) {
      return new SeenWorker(
          member,
          state,
          work.runs(),
          work.actors(),
          memory,
          work.heapUsedBytes(),
          work.heapMaxBytes(),
          Instant.ofEpochMilli(startedMs));
    }

    @Override
    public void write(ProtoWriter out) {
      out.fixed64(1, member.process());
      out.fixed64(2, member.job());
      out.varint(3, member.pid());
      out.bool(4, member.isDriver());
      out.varint(5, memory.ownBytes());
      out.varint(6, memory.sharedBytes());
      out.varint(7, startedMs);
    }

    static List<Seen> read(List<byte[]> all) throws IOException {
      List<Seen> seen = new ArrayList<>();
      for (byte[] each : all) {
        Fields fields = Fields.read(each);
        seen.add(
            new Seen(
                new Member(fields.number(1), fields.number(2), fields.number(3), fields.flag(4)),
                new ProcessMemory(fields.number(5), fields.number(6)),
                fields.number(7)));
      }
      return seen;
    }
  }

  @Override
  public void write(ProtoWriter out) {
    members.forEach(member -> member.writeAs(1, out));
    ready.forEach(worker -> worker.writeAs(2, out));
  }

  static MemberReport read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new MemberReport(Seen.read(fields.contents(1)), Seen.read(fields.contents(2)));
  }
}
