package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node finds out about a machine's GPUs. */
class GpuDevicesTest {
  @TempDir private Path driver = Path.of("");

  private void has(int gpus) throws IOException {
    for (int i = 0; i < gpus; i++) {
      Files.createDirectory(driver.resolve("0000:0" + i + ":00.0"));
    }
  }

  @Test
  void thereAreAsManyAsTheDriverHas() throws IOException {
    has(3);

    assertThat(GpuDevices.of(Map.of(), driver).count()).isEqualTo(3);
    assertThat(GpuDevices.of(Map.of(), driver.resolve("none")).count()).isZero();
  }

  @Test
  void aNodeThatMaySeeSomeHasThoseAndCallsThemByTheirNames() throws IOException {
    has(4);
    GpuDevices some = GpuDevices.of(Map.of("CUDA_VISIBLE_DEVICES", "3, GPU-5ea1"), driver);

    assertThat(some.count()).isEqualTo(2);
    assertThat(some.variables("1"))
        .containsEntry("CUDA_VISIBLE_DEVICES", "GPU-5ea1")
        .containsEntry("HIP_VISIBLE_DEVICES", "GPU-5ea1");
    assertThat(some.variables("0,1")).containsEntry("CUDA_VISIBLE_DEVICES", "3,GPU-5ea1");
  }

  @Test
  void aNodeThatMaySeeNoneHasNone() throws IOException {
    has(2);

    assertThat(GpuDevices.of(Map.of("CUDA_VISIBLE_DEVICES", ""), driver).count()).isZero();
    assertThat(GpuDevices.of(Map.of("CUDA_VISIBLE_DEVICES", "NoDevFiles"), driver).count())
        .isZero();
  }
}
