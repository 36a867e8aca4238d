package ray.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.FunctionKey;
import ray.core.Message;

/**
 * Jobs that all want the whole of a node get the same of it, in virtual time: owners here keep
 * their leases for as long as they may, and run tasks of a fixed length on them.
 */
class FairSharesTest implements NodeEffects {
  private static final long MS = 1_000_000;
  private static final long WINDOW_NS = 10_000 * MS;
  private static final long TICK_NS = 50 * MS;
  private static final long SAMPLE_NS = 100 * MS;

  private final List<Message> toWorkers = new ArrayList<>();
  private final Map<Long, Owner> owners = new HashMap<>();
  private final ArrayDeque<Runnable> messages = new ArrayDeque<>();
  private NodeCore core = new NodeCore(1, Resources.NONE, Map.of(), this);
  private long nowNs;

  /** An owner of one job, with more tasks than there will ever be time for. */
  private final class Owner {
    final long id;
    final long taskNs;
    final FunctionKey key;

    /** When the task on each of its leases ends. */
    final PriorityQueue<long[]> running = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));

    int returning;

    Owner(long id, long taskNs) {
      this.id = id;
      this.taskNs = taskNs;
      this.key = new FunctionKey("f" + id, Resources.ONE_CPU, SchedulingStrategy.standard());
    }

    void ask() {
      core.receive(new Message.RequestLeases(id, id, key, 1_000_000));
    }

    void attached(long lease) {
      running.add(new long[] {nowNs + taskNs, lease});
    }

    /** Ends what ends now, and begins the next on each lease, or returns it. */
    void advance() {
      while (!running.isEmpty() && running.peek()[0] <= nowNs) {
        long[] ended = running.remove();
        if (returning > 0) {
          returning--;
          core.receive(new Message.ReturnLease(ended[1]));
        } else {
          running.add(new long[] {nowNs + taskNs, ended[1]});
        }
      }
    }
  }

  private Owner start(long id, long taskNs) {
    Owner owner = new Owner(id, taskNs);
    owners.put(id, owner);
    core.workerStarted(id, RuntimeEnv.SHARED, 1000 + id);
    owner.ask();
    return owner;
  }

  private Owner owner(long id) {
    return Objects.requireNonNull(owners.get(id));
  }

  @Override
  public void send(long process, Message message) {
    switch (message) {
      case Message.AttachLease attach ->
          messages.add(() -> owner(attach.owner()).attached(attach.lease()));
      case Message.ReclaimLeases reclaim -> {
        Owner owner = owner(process);
        owner.returning = Math.min(owner.running.size(), Math.max(owner.returning, reclaim.busy()));
      }
      default -> toWorkers.add(message);
    }
  }

  @Override
  public void startWorker(long job, RuntimeEnv runtimeEnv) {}

  @Override
  public void endWorker(long worker, String reason) {}

  @Override
  public long control() {
    return 2;
  }

  /** Runs for so long, and returns what each had had by the end of each tenth of a second. */
  private List<Map<Long, Long>> run(long forNs) {
    List<Map<Long, Long>> had = new ArrayList<>();
    Map<Long, Long> sums = new HashMap<>();
    long untilNs = nowNs + forNs;
    for (; nowNs < untilNs; nowNs += MS) {
      if (nowNs % TICK_NS == 0) {
        core.share(nowNs);
      }
      if (nowNs % SAMPLE_NS == 0) {
        had.add(Map.copyOf(sums));
      }
      for (Owner owner : owners.values()) {
        owner.advance();
      }
      for (Runnable next; (next = messages.poll()) != null; ) {
        next.run();
      }
      owners.values().forEach(each -> sums.merge(each.id, (long) each.running.size(), Long::sum));
    }
    return had;
  }

  /** The smallest and the largest part that one has had in any ten seconds. */
  private static double[] parts(List<Map<Long, Long>> had, long job) {
    int window = (int) (WINDOW_NS / SAMPLE_NS);
    double least = 1;
    double most = 0;
    for (int from = 0; from + window < had.size(); from++) {
      Map<Long, Long> before = had.get(from);
      Map<Long, Long> after = had.get(from + window);
      long all = sum(after) - sum(before);
      double part = (double) (after.getOrDefault(job, 0L) - before.getOrDefault(job, 0L)) / all;
      least = Math.min(least, part);
      most = Math.max(most, part);
    }
    return new double[] {least, most};
  }

  private static long sum(Map<Long, Long> had) {
    return had.values().stream().mapToLong(n -> n).sum();
  }

  private void withCpus(int cpus) {
    core = new NodeCore(1, Resources.NONE.with(Resources.CPU, cpus), Map.of(), this);
  }

  @ParameterizedTest
  @CsvSource({"1,1,50", "1,500,500", "2,1,1", "2,1,50", "3,1,50", "7,1,500"})
  void twoJobsHaveHalfEachInAnyTenSeconds(int cpus, long firstMs, long secondMs) {
    withCpus(cpus);
    start(11, firstMs * MS);
    start(12, secondMs * MS);

    List<Map<Long, Long>> had = run(40_000 * MS);

    assertThat(parts(had, 11)[0]).isBetween(0.4, 0.6);
    assertThat(parts(had, 11)[1]).isBetween(0.4, 0.6);
  }

  @ParameterizedTest
  @CsvSource({"1,50", "2,1", "3,50"})
  void oneThatComesLaterHasHalfFromThenOnAndNoMore(int cpus, long taskMs) {
    withCpus(cpus);
    start(11, taskMs * MS);
    assertThat(parts(run(20_000 * MS), 11)[0]).isEqualTo(1);

    start(12, taskMs * MS);
    List<Map<Long, Long>> had = run(30_000 * MS);

    assertThat(parts(had, 12)[0]).isBetween(0.4, 0.6);
    assertThat(parts(had, 12)[1]).isBetween(0.4, 0.6);
  }

  @Test
  void threeJobsHaveAThirdEach() {
    withCpus(4);
    for (long job = 11; job <= 13; job++) {
      start(job, 20 * MS);
    }

    List<Map<Long, Long>> had = run(30_000 * MS);

    for (long job = 11; job <= 13; job++) {
      assertThat(parts(had, job)[0]).isBetween(0.28, 0.38);
      assertThat(parts(had, job)[1]).isBetween(0.28, 0.38);
    }
  }

  @Test
  void oneAloneHasAll() {
    withCpus(2);
    start(11, 5 * MS);
    start(12, 5 * MS);
    run(10_000 * MS);

    core.receive(new Message.ProcessDied(12, "it ended"));
    core.receive(new Message.ProcessDied(1012, "its job ended"));
    owners.remove(12L);
    run(1_000 * MS);

    assertThat(owner(11).running).hasSize(2);
  }
}
