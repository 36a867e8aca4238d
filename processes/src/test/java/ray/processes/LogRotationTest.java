package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** Logs stay within their limits, and nothing is lost between one file and the next. */
class LogRotationTest {
  @TempDir private Path folder = Path.of("");

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void write(int from, int to, LogLimits limits) throws IOException {
    try (LogFile log = new LogFile(folder.resolve("a.log"), limits)) {
      for (int i = from; i < to; i++) {
        log.write("%09d\n".formatted(i).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static List<String> lines(Path... files) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files) {
      all.append(Files.readString(file));
    }
    return all.toString().lines().toList();
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj("%09d"::formatted).toList();
  }

  @Test
  void aFullLogIsPutAsideAndTheOldestGoes() throws IOException {
    write(0, 45, new LogLimits(100, 3));

    assertThat(names()).containsExactly("a.log", "a.log.1", "a.log.2");
    assertThat(lines(folder.resolve("a.log"))).isEqualTo(numbers(40, 45));
    assertThat(lines(folder.resolve("a.log.1"))).isEqualTo(numbers(30, 40));
    assertThat(lines(folder.resolve("a.log.2"))).isEqualTo(numbers(20, 30));
  }

  @Test
  void whatWasThereBeforeCounts() throws IOException {
    write(0, 9, new LogLimits(100, 3));
    write(9, 14, new LogLimits(100, 3));

    assertThat(names()).containsExactly("a.log", "a.log.1");
    assertThat(lines(folder.resolve("a.log.1"), folder.resolve("a.log"))).isEqualTo(numbers(0, 14));
  }

  @Test
  void aLogOfOneFileBeginsAnew() throws IOException {
    write(0, 13, new LogLimits(100, 1));

    assertThat(names()).containsExactly("a.log");
    assertThat(lines(folder.resolve("a.log"))).isEqualTo(numbers(10, 13));
  }

  @Test
  void onlyTheLogsOfTheLatestWorkersStay() throws IOException {
    WorkerLogs logs = new WorkerLogs(folder);
    int workers = WorkerLogs.MAX_ENDED + 2;
    for (int i = 1; i <= workers; i++) {
      Files.createFile(logs.begun(i, false));
      Files.createFile(logs.begun(i, true));
      logs.started(1_000 + i, i);
      Files.createFile(
          folder.resolve("worker-" + (1_000 + i) + "-" + Integer.toHexString(i) + ".out.1"));
      logs.ended(1_000 + i, i);
    }

    assertThat(names()).hasSize(3 * WorkerLogs.MAX_ENDED);
    assertThat(names()).noneMatch(name -> name.startsWith("worker-1001-"));
    assertThat(names()).noneMatch(name -> name.startsWith("worker-1002-"));
    assertThat(names()).contains("worker-1003-3.out", "worker-1003-3.err", "worker-1003-3.out.1");
  }

  static long prints(int lines) {
    for (int i = 0; i < lines; i++) {
      System.out.println("%09d".formatted(i));
    }
    return ProcessHandle.current().pid();
  }

  @Test
  @Timeout(120)
  @ResourceLock(Resources.SYSTEM_OUT)
  void whatAWorkerPrintsIsBoundedAndWhole() throws Exception {
    int lines = 60;
    RayOptions one = RayOptions.defaults().cpus(1);
    try (LocalNode node =
            LocalNode.start(
                one, new WorkerPolicy(0, NodeOptions.DEFAULT_WORKER_IDLE, new LogLimits(240, 4)));
        RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
      long pid = ray.call(() -> Ray.remote(LogRotationTest::prints).remote(lines).get());

      List<Path> files;
      try (Stream<Path> all = Files.list(node.logs())) {
        files =
            all.filter(file -> file.getFileName().toString().startsWith("worker-" + pid + "-"))
                .filter(file -> file.getFileName().toString().contains(".out"))
                .sorted()
                .toList()
                .reversed();
      }
      assertThat(files).hasSize(3);
      assertThat(lines(files.toArray(Path[]::new))).isEqualTo(numbers(0, lines));
      for (Path file : files) {
        assertThat(Files.size(file)).isLessThanOrEqualTo(240);
      }
    }
  }
}
