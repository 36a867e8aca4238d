package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ray.Resources;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1572864, 1.5 MiB",
    "209715200, 200 MiB",
    "5368709120, 5.0 GiB",
    "1125899906842624, 1024 TiB"
  })
  void sizesAreInUnitsThatPeopleRead(long bytes, String text) {
    assertThat(Amounts.bytes(bytes)).isEqualTo(text);
  }

  @Test
  void agesAreAsLongAsTheyNeedToBe() {
    assertThat(Amounts.since(Instant.now().minusSeconds(3))).matches("3\\.\\d s");
    assertThat(Amounts.since(Instant.now().minusSeconds(301))).isEqualTo("5 min");
    assertThat(Amounts.since(Instant.now().minusSeconds(7_330))).isEqualTo("2 h 2 min");
    assertThat(Amounts.since(Instant.now().minusSeconds(500_000))).isEqualTo("5 days");
    assertThat(Amounts.since(Instant.now().plusSeconds(9))).isEqualTo("0.0 s");
  }

  @Test
  void resourcesAreNamed() {
    Resources total = Resources.ONE_CPU.with(Resources.MEMORY, 1 << 20).with("tickets", 0.5);

    assertThat(Amounts.of(total)).isEqualTo("1 CPU, 1.0 MiB memory, 0.5 tickets");
    assertThat(Amounts.use(total, Resources.NONE.with("tickets", 0.25)))
        .isEqualTo("CPU 1 of 1, memory 1.0 MiB of 1.0 MiB, tickets 0.25 of 0.5");
  }
}
