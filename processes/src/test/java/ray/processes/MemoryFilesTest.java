package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import ray.core.node.MemoryMonitor;

/** What Linux says of memory, in files that a test has written. */
class MemoryFilesTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path root = Path.of("");

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @BeforeEach
  void machine() throws IOException {
    write(
        "proc/meminfo",
        "MemTotal:       1024000 kB\nMemFree:         1000 kB\nMemAvailable:    512000 kB\n");
  }

  @Test
  void withoutACgroupItIsTheMachines() throws IOException {
    write("proc/self/cgroup", "0::/user.slice\n");

    assertThat(new MemoryFiles(root).usage())
        .isEqualTo(new MemoryMonitor.Usage(500 * MIB, 1_000 * MIB, "this machine"));
  }

  @Test
  void theTightestCgroupAroundCounts() throws IOException {
    write("proc/self/cgroup", "0::/pods/one\n");
    write("sys/fs/cgroup/pods/memory.max", 100 * MIB + "\n");
    write("sys/fs/cgroup/pods/memory.current", 90 * MIB + "\n");
    write(
        "sys/fs/cgroup/pods/memory.stat",
        "anon 1\ninactive_file " + 10 * MIB + "\nactive_file " + 5 * MIB + "\n");
    write("sys/fs/cgroup/pods/one/memory.max", "max\n");

    assertThat(new MemoryFiles(root).usage())
        .isEqualTo(new MemoryMonitor.Usage(75 * MIB, 100 * MIB, "the cgroup that the node is in"));
  }

  @Test
  void aContainerSeesItsOwnCgroupAtTheTop() throws IOException {
    write("proc/self/cgroup", "0::/elsewhere/on/the/host\n");
    write("sys/fs/cgroup/memory.max", 100 * MIB + "\n");
    write("sys/fs/cgroup/memory.current", 90 * MIB + "\n");
    write("sys/fs/cgroup/memory.stat", "inactive_file 0\n");

    assertThat(new MemoryFiles(root).usage().limitBytes()).isEqualTo(100 * MIB);
  }

  @Test
  void theFirstVersionsFilesAreReadToo() throws IOException {
    write("proc/self/cgroup", "12:cpu,cpuacct:/\n5:memory:/docker/one\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("sys/fs/cgroup/memory/docker/one/memory.limit_in_bytes", 100 * MIB + "\n");
    write("sys/fs/cgroup/memory/docker/one/memory.usage_in_bytes", 80 * MIB + "\n");
    write(
        "sys/fs/cgroup/memory/docker/one/memory.stat",
        "inactive_file 1\ntotal_inactive_file " + 20 * MIB + "\n");

    assertThat(new MemoryFiles(root).usage())
        .isEqualTo(new MemoryMonitor.Usage(60 * MIB, 100 * MIB, "the cgroup that the node is in"));
  }

  @Test
  void theMachineCountsWhereItIsShorterThanTheCgroup() throws IOException {
    write("proc/self/cgroup", "0::/one\n");
    write("sys/fs/cgroup/one/memory.max", 100 * MIB + "\n");
    write("sys/fs/cgroup/one/memory.current", 10 * MIB + "\n");
    write("sys/fs/cgroup/one/memory.stat", "inactive_file 0\n");

    assertThat(new MemoryFiles(root).usage().what()).isEqualTo("this machine");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessHasMemoryOfItsOwnAndOneThatIsGoneHasNone() {
    var files = new MemoryFiles();

    assertThat(files.ownBytes(ProcessHandle.current().pid())).isGreaterThan(8 * MIB);
    assertThat(files.ownBytes(Integer.MAX_VALUE)).isZero();
  }
}
