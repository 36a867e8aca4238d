package ray.core.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which lane has which GPUs, where a worker has several leases of a class that asks for some. */
class GpuLeasesTest {
  private final ArrayDeque<Long> leases = new ArrayDeque<>(List.of(7L, 8L));
  private final GpuLeases gpus = new GpuLeases();

  @BeforeEach
  void withTwoLeases() {
    gpus.add(7, 0b01);
    gpus.add(8, 0b10);
  }

  @Test
  void lanesThatRunAtATimeHaveGpusOfTheirOwn() {
    long first = gpus.lend(leases);
    long second = gpus.lend(leases);

    assertThat(List.of(gpus.gpus(first), gpus.gpus(second))).containsExactly(0b01L, 0b10L);
    assertThatThrownBy(() -> gpus.lend(leases)).hasMessageContaining("without a lease");
  }

  @Test
  void theGpusOfALaneThatHasEndedAreForTheNext() {
    gpus.lend(leases);
    gpus.lend(leases);

    gpus.giveBack(8);

    assertThat(gpus.gpus(gpus.lend(leases))).isEqualTo(0b10);
  }

  @Test
  void noLeaseIsReturnedThatALaneUses() {
    long used = gpus.lend(leases);

    assertThat(gpus.removeUnused(leases)).isEqualTo(8);

    assertThat(leases).containsExactly(used);
    assertThat(gpus.gpus(8)).isZero();
    assertThatThrownBy(() -> gpus.removeUnused(leases)).hasMessageContaining("in use");
  }
}
