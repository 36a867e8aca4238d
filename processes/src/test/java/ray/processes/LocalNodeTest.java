package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** A node within a JVM ends with it. */
@Timeout(120)
class LocalNodeTest {
  private static final long PATIENCE_S = 60;

  /** A JVM with a node: tells a worker and the folder of it, and waits until its input ends. */
  static final class Holder {
    private Holder() {}

    private static long pid() {
      return ProcessHandle.current().pid();
    }

    public static void main(String[] args) throws IOException {
      RayOptions small = RayOptions.defaults().cpus(1).objectStore(32L << 20);
      try (LocalNode node = LocalNode.start(small);
          RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
        System.out.println(Ray.remote(Holder::pid).on(ray).remote().get());
        System.out.println(Objects.requireNonNull(node.logs().getParent()));
        System.in.read();
      }
    }
  }

  private static String line(BufferedReader out) throws IOException {
    return Objects.requireNonNull(out.readLine(), "it has ended");
  }

  @Test
  void leavesNothingWhereItsJvmIsToldToEndAndSaysNothing(@TempDir Path temporary) throws Exception {
    Path errors = temporary.resolve("errors");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    ProcessBuilder holder =
        new ProcessBuilder(java, "-Xmx512m", "-cp", classes, Holder.class.getName())
            .redirectError(errors.toFile());
    Process process = holder.start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      long worker = Long.parseLong(line(out));
      Path folder = Path.of(line(out));
      assertThat(folder).isDirectory();

      process.destroy();

      assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.exists(folder)).as("%s is left", folder).isFalse();
      assertThat(errors).content().doesNotContain("Ray:");
      Waiting.await(
          "the end of its worker",
          () -> !ProcessHandle.of(worker).map(ProcessHandle::isAlive).orElse(false));
    } finally {
      process.destroyForcibly();
    }
  }
}
