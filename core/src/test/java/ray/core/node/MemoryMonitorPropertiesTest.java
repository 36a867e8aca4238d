package ray.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import ray.core.DeathCause;
import ray.core.node.MemoryMonitor.Usage;
import ray.core.node.MemoryMonitor.Victim;
import ray.core.node.MemoryMonitor.Work;
import ray.core.node.MemoryMonitor.Worker;

/** Whoever is there: who goes is who loses least of those that are worth it. */
class MemoryMonitorPropertiesTest {
  private static final long LIMIT_BYTES = 1_000;
  private static final double THRESHOLD = 0.9;

  @Provide
  Arbitrary<List<Worker>> workers() {
    Arbitrary<Work> work =
        Combinators.combine(
                Arbitraries.of(true, true, true, false), Arbitraries.longs().between(0, 50))
            .as((retriable, ageNs) -> new Work("work", retriable, ageNs));
    return Combinators.combine(
            Arbitraries.longs().between(0, 400),
            Arbitraries.of(true, false),
            work.list().ofMaxSize(3))
        .as((bytes, needed, all) -> new Worker(0, "worker", bytes, needed, all))
        .list()
        .ofMaxSize(6)
        .map(MemoryMonitorPropertiesTest::numbered);
  }

  private static List<Worker> numbered(List<Worker> workers) {
    List<Worker> numbered = new ArrayList<>();
    for (Worker each : workers) {
      numbered.add(
          new Worker(
              numbered.size() + 1, each.name(), each.ownBytes(), each.isNeeded(), each.work()));
    }
    return numbered;
  }

  private static boolean isIdle(Worker worker) {
    return worker.work().isEmpty() && !worker.isNeeded();
  }

  /** Nothing is lost for good with it. */
  private static boolean isHarmless(Worker worker) {
    return isIdle(worker)
        || !worker.work().isEmpty() && worker.work().stream().allMatch(Work::isRetriable);
  }

  private static long youngestNs(Worker worker) {
    return worker.work().stream().mapToLong(Work::ageNs).min().orElse(Long.MAX_VALUE);
  }

  @Property
  void whoGoesLosesLeast(
      @ForAll("workers") List<Worker> workers, @ForAll @LongRange(max = 1_100) long usedBytes) {
    var monitor = new MemoryMonitor(THRESHOLD);
    var usage = new Usage(usedBytes, LIMIT_BYTES, "a machine");

    boolean isShort = monitor.isShort(usage, id -> true, 0);
    Victim victim = monitor.choose(usage, workers, 0);

    double least = MemoryMonitor.WORTHWHILE_OF_LIMIT * LIMIT_BYTES;
    assertThat(isShort).isEqualTo(usedBytes > 900);
    if (!isShort || workers.stream().noneMatch(each -> each.ownBytes() >= least)) {
      assertThat(victim).isNull();
      return;
    }
    assertThat(victim).isNotNull();
    Worker gone = victim.worker();
    assertThat(workers).contains(gone);
    assertThat(gone.ownBytes()).isGreaterThanOrEqualTo((long) least);
    List<Worker> worth = workers.stream().filter(each -> each.ownBytes() >= least).toList();
    if (worth.stream().anyMatch(MemoryMonitorPropertiesTest::isIdle)) {
      long largest =
          worth.stream()
              .filter(MemoryMonitorPropertiesTest::isIdle)
              .mapToLong(Worker::ownBytes)
              .max()
              .orElseThrow();
      assertThat(isIdle(gone)).isTrue();
      assertThat(gone.ownBytes()).isEqualTo(largest);
    } else if (worth.stream().anyMatch(MemoryMonitorPropertiesTest::isHarmless)) {
      assertThat(isHarmless(gone)).isTrue();
    }
    List<Worker> alike =
        worth.stream()
            .filter(each -> isIdle(each) == isIdle(gone) && isHarmless(each) == isHarmless(gone))
            .toList();
    long largest = alike.stream().mapToLong(Worker::ownBytes).max().orElseThrow();
    long newestNs =
        alike.stream()
            .filter(each -> each.ownBytes() >= MemoryMonitor.WORTHWHILE_OF_LARGEST * largest)
            .map(MemoryMonitorPropertiesTest::youngestNs)
            .min(Comparator.naturalOrder())
            .orElseThrow();
    assertThat(youngestNs(gone)).isEqualTo(newestNs);
  }

  @Property
  void whoIsToBlameTakesMoreThanAllOthersWithWork(@ForAll("workers") List<Worker> workers) {
    var usage = new Usage(LIMIT_BYTES, LIMIT_BYTES, "a machine");

    Victim victim = new MemoryMonitor(THRESHOLD).choose(usage, workers, 0);

    if (victim != null) {
      long others =
          workers.stream()
              .filter(each -> each.id() != victim.worker().id() && !each.work().isEmpty())
              .mapToLong(Worker::ownBytes)
              .sum();
      assertThat(victim.cause() == DeathCause.OUT_OF_MEMORY)
          .isEqualTo(victim.worker().ownBytes() > others);
    }
  }

  @Property
  void noSecondOneGoesWhileTheFirstIsThere(@ForAll("workers") List<Worker> workers) {
    var monitor = new MemoryMonitor(THRESHOLD);
    var usage = new Usage(LIMIT_BYTES, LIMIT_BYTES, "a machine");

    Victim first = monitor.choose(usage, workers, 0);

    if (first != null) {
      assertThat(monitor.isShort(usage, id -> true, 1)).isFalse();
      assertThat(monitor.choose(usage, workers, 1)).isNull();
      assertThat(monitor.isShort(usage, id -> id != first.worker().id(), 2)).isTrue();
    }
  }
}
