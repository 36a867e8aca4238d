package ray.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import ray.Resources;

/** Which GPUs are whose. */
class GpusTest {
  private static final long ONE = Resources.UNITS_PER_ONE;

  private record Given(long gpus, long units) {}

  @Test
  void fractionsArePackedSoThatWholeOnesStayFree() {
    Gpus gpus = new Gpus(3 * ONE);
    gpus.change(gpus.find(ONE / 2), ONE / 2, 1);

    long second = gpus.find(ONE / 4);

    assertThat(second).isEqualTo(0b001);
    assertThat(gpus.find(2 * ONE)).isEqualTo(0b110);
  }

  @Test
  void whatIsNotWholeIsNotGivenAsWhole() {
    Gpus gpus = new Gpus(2 * ONE);
    gpus.change(0b01, ONE / 2, 1);
    gpus.change(0b10, ONE / 2, 1);

    assertThat(gpus.find(ONE)).isEqualTo(Gpus.NONE_FITS);
    assertThat(gpus.find(ONE / 2)).isNotEqualTo(Gpus.NONE_FITS);
    assertThat(gpus.find(ONE / 2 + 1)).isEqualTo(Gpus.NONE_FITS);
  }

  @Test
  void theBestFitIsTakenForAFraction() {
    Gpus gpus = new Gpus(2 * ONE);
    gpus.change(0b01, ONE / 4, 1);
    gpus.change(0b10, ONE / 2, 1);

    assertThat(gpus.find(ONE / 2)).isEqualTo(0b10);
    assertThat(gpus.free(1)).isEqualTo(0.5);
  }

  /** Positive numbers ask for so many tenths, negative ones end a lease. */
  @Property
  void noGpuIsGivenMoreThanOnceOver(
      @ForAll @IntRange(min = 1, max = 8) int count,
      @ForAll @Size(max = 60) List<@IntRange(min = -20, max = 30) Integer> steps) {
    Gpus gpus = new Gpus(count * ONE);
    List<Given> given = new ArrayList<>();
    for (int step : steps) {
      if (step < 0 && !given.isEmpty()) {
        Given ended = given.remove(-step % given.size());
        gpus.change(ended.gpus(), ended.units(), -1);
      } else if (step > 0) {
        long units = step <= 10 ? step * ONE / 10 : step / 10 * ONE;
        long found = gpus.find(units);
        if (found != Gpus.NONE_FITS) {
          assertThat(Long.bitCount(found)).isEqualTo((int) Math.ceilDiv(units, ONE));
          gpus.change(found, units, 1);
          given.add(new Given(found, units));
        }
      }
      assertThat(gpus.isSound()).isTrue();
      for (int gpu = 0; gpu < count; gpu++) {
        assertThat(used(given, gpu)).isLessThanOrEqualTo(ONE);
        assertThat(gpus.free(gpu)).isEqualTo((double) (ONE - used(given, gpu)) / ONE);
      }
    }
    given.forEach(each -> gpus.change(each.gpus(), each.units(), -1));
    assertThat(Long.bitCount(gpus.find(count * ONE))).isEqualTo(count);
  }

  private static long used(List<Given> given, int gpu) {
    return given.stream()
        .filter(each -> (each.gpus() >> gpu & 1) == 1)
        .mapToLong(each -> Math.min(each.units(), ONE))
        .sum();
  }
}
