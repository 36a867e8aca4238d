package ray.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ray.core.DeathCause;
import ray.core.node.MemoryMonitor.Usage;
import ray.core.node.MemoryMonitor.Victim;
import ray.core.node.MemoryMonitor.Work;
import ray.core.node.MemoryMonitor.Worker;

class MemoryMonitorTest {
  private static final long GIB = 1L << 30;
  private static final Usage FULL = new Usage(96 * GIB, 100 * GIB, "this machine");
  private static final Usage ROOMY = new Usage(95 * GIB, 100 * GIB, "this machine");

  private final MemoryMonitor monitor = new MemoryMonitor(0.95);

  private static Worker worker(long id, long gib, Work... work) {
    return new Worker(id, "worker " + id, gib * GIB, work.length > 0, List.of(work));
  }

  private static Work task(long ageNs) {
    return new Work("task of " + ageNs, true, ageNs);
  }

  private static Work once(long ageNs) {
    return new Work("once for " + ageNs, false, ageNs);
  }

  private @Nullable Victim choose(Worker... workers) {
    return monitor.choose(FULL, List.of(workers), 0);
  }

  private long chosen(Worker... workers) {
    return Objects.requireNonNull(choose(workers)).worker().id();
  }

  @Test
  void nobodyGoesWhileThereIsRoom() {
    assertThat(monitor.isShort(ROOMY, id -> true, 0)).isFalse();
    assertThat(monitor.choose(ROOMY, List.of(worker(1, 50, task(1))), 0)).isNull();
    assertThat(monitor.isShort(FULL, id -> true, 0)).isTrue();
  }

  @Test
  void theNewestOfThoseThatMayRunAgainGoes() {
    assertThat(chosen(worker(1, 10, task(300)), worker(2, 10, task(100)), worker(3, 10, task(200))))
        .isEqualTo(2);
  }

  @Test
  void theNewestTaskOfAWorkerCounts() {
    assertThat(chosen(worker(1, 10, task(300), task(50)), worker(2, 10, task(100)))).isEqualTo(1);
  }

  @Test
  void oneTaskThatMayNotRunAgainProtectsItsWorker() {
    assertThat(chosen(worker(1, 10, task(1), once(1)), worker(2, 10, task(900)))).isEqualTo(2);
  }

  @Test
  void whatMayNotRunAgainGoesWhereNothingElseWould() {
    assertThat(chosen(worker(1, 10, once(300)), worker(2, 10, once(100)))).isEqualTo(2);
  }

  @Test
  void whoDoesNothingGoesFirstTheLargestBeforeOthers() {
    assertThat(chosen(worker(1, 2), worker(2, 8), worker(3, 50, task(1)))).isEqualTo(2);
  }

  @Test
  void whoOwnsObjectsDoesNotCountAsOneWhoDoesNothing() {
    Worker owner = new Worker(1, "worker 1", 10 * GIB, true, List.of());

    assertThat(chosen(owner, worker(2, 10, task(1)))).isEqualTo(2);
    assertThat(new MemoryMonitor(0.95).choose(FULL, List.of(owner), 0)).isNotNull();
  }

  @Test
  void whoWouldGiveBackNextToNothingIsPassedOver() {
    assertThat(chosen(worker(1, 40, task(900)), worker(2, 9, task(1)))).isEqualTo(1);
  }

  @Test
  void nobodyGoesWhereTheMemoryIsOfOthers() {
    assertThat(
            monitor.choose(FULL, List.of(new Worker(1, "worker 1", GIB / 2, false, List.of())), 0))
        .isNull();
    assertThat(monitor.isShort(FULL, id -> true, 0)).isTrue();
  }

  @Test
  void theNextGoesNotBeforeTheLastIsGone() {
    assertThat(chosen(worker(1, 10, task(1)))).isEqualTo(1);

    assertThat(monitor.isShort(FULL, id -> id == 1, 1)).isFalse();
    assertThat(monitor.choose(FULL, List.of(worker(2, 10, task(1))), 1)).isNull();
    assertThat(monitor.isShort(FULL, id -> false, 2)).isTrue();
    assertThat(chosen(worker(2, 10, task(1)))).isEqualTo(2);
  }

  @Test
  void whoDoesNotDieIsNotWaitedForForEver() {
    assertThat(chosen(worker(1, 10, task(1)))).isEqualTo(1);

    assertThat(monitor.isShort(FULL, id -> true, MemoryMonitor.MAX_DYING_NS)).isFalse();
    assertThat(monitor.isShort(FULL, id -> true, MemoryMonitor.MAX_DYING_NS + 1)).isTrue();
  }

  @Test
  void whoTakesMoreThanAllOthersIsToBlame() {
    assertThat(
            Objects.requireNonNull(choose(worker(1, 21, task(1)), worker(2, 20, task(9)))).cause())
        .isEqualTo(DeathCause.OUT_OF_MEMORY);
  }

  @Test
  void whoTakesNoMoreThanOthersMakesRoom() {
    assertThat(
            Objects.requireNonNull(choose(worker(1, 20, task(1)), worker(2, 20, task(9)))).cause())
        .isEqualTo(DeathCause.MADE_ROOM);
  }

  @Test
  void theReasonSaysHowMuchThereWasAndWhoTookIt() {
    Victim victim = Objects.requireNonNull(choose(worker(7, 20, task(1)), worker(8, 30, task(9))));

    assertThat(victim.reason())
        .isEqualTo(
            "memory ran short: 96.00 of the 100.00 GiB of this machine were in use, more than 95 %;"
                + " worker 7 was ended, which took 20.00 GiB; most was taken by worker 8 with 30.00"
                + " GiB (task of 9), worker 7 with 20.00 GiB (task of 1)");
  }

  @Test
  void aThresholdIsShownAsItWasGiven() {
    var strict = new MemoryMonitor(0.125);

    assertThat(Objects.requireNonNull(strict.choose(FULL, List.of(worker(1, 9)), 0)).reason())
        .contains("more than 12.5 %;", "(nothing runs there)");
    assertThat(
            Objects.requireNonNull(new MemoryMonitor(0.9).choose(FULL, List.of(worker(1, 9)), 0))
                .reason())
        .contains("more than 90 %;");
  }
}
