package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ray.wire.socket.WorkerPorts;

class PortRangeTest {
  @ParameterizedTest
  @ValueSource(strings = {"any", "none", "20000-20099", "1-65535", "7-7"})
  void itIsReadAndWritten(String text) {
    assertThat(PortRange.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "all", "5", "0-9", "9-8", "1-65536", "-1-5", "1-2-3", "a-b"})
  void othersAreRefused(String text) {
    assertThatThrownBy(() -> PortRange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("such as 20000-20099, not " + text);
  }

  @Test
  void itMeansTheSameToWorkers() {
    assertThat(PortRange.ANY.forWorkers()).isEqualTo(WorkerPorts.ANY);
    assertThat(PortRange.NONE.forWorkers()).isEqualTo(WorkerPorts.NONE);
    assertThat(PortRange.parse("7-9").forWorkers()).isEqualTo(new WorkerPorts(7, 9));
  }
}
