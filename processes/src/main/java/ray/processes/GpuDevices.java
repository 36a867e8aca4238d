package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The GPUs of a machine, and how a process is told which of them are its own. A node that was
 * itself told to see only some has those, and counts them from 0.
 *
 * @param visible what the node may see, by the names that the driver knows; empty if that is all
 * @param present how many the machine has
 */
public record GpuDevices(Optional<List<String>> visible, int present) {
  /** As many as a node can have. */
  public static final int MAX = Long.SIZE;

  private static final String NVIDIA = "CUDA_VISIBLE_DEVICES";
  private static final String AMD = "HIP_VISIBLE_DEVICES";

  /** What the container tools of NVIDIA set where there is none. */
  private static final String NO_DEVICES = "NoDevFiles";

  /** The driver of NVIDIA has a folder for each of its GPUs here. */
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/gpus");

  /** Those of this machine, as far as this process may see them. */
  public static GpuDevices ofThisMachine() {
    return of(System.getenv(), DRIVER);
  }

  static GpuDevices of(Map<String, String> environment, Path driver) {
    String named = environment.get(NVIDIA);
    Optional<List<String>> visible =
        Optional.ofNullable(named)
            .map(names ->
                names.isBlank() || names.equals(NO_DEVICES)
                    ? List.of()
                    : Arrays.stream(names.split(",", -1)).map(String::strip).toList());
    return new GpuDevices(visible, present(driver));
  }

  private static int present(Path driver) {
    if (!Files.isDirectory(driver)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(driver)) {
      return (int) Math.min(MAX, all.count());
    } catch (IOException unreadable) {
      return 0;
    }
  }

  /** How many a node has unless told otherwise. */
  int count() {
    return visible.map(names -> Math.min(names.size(), present)).orElse(present);
  }

  /**
   * What tells a process that it has those of these indices, and no others.
   *
   * @param indices separated by commas
   */
  Map<String, String> variables(String indices) {
    String names =
        visible
            .map(all ->
                Arrays.stream(indices.split(",", -1))
                    .map(index -> name(all, index))
                    .collect(Collectors.joining(",")))
            .orElse(indices);
    return Map.of(NVIDIA, names, AMD, names);
  }

  /** A node in a test may have been told of more than there are. */
  private static String name(List<String> all, String index) {
    int number = Integer.parseInt(index);
    return number < all.size() ? all.get(number) : index;
  }
}
