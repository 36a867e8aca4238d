package ray.simulator.cores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.core.Message;

/**
 * The sources of the cores, if this runs in a checkout of the project. Their names are those below
 * {@code ray/core}.
 */
public final class CoreSources {
  /** Where they are in the project. */
  public static final Path FOLDER = Path.of("core", "src", "main", "java", "ray", "core");

  private final @Nullable Path folder;
  private final Map<String, List<String>> read = new HashMap<>();

  private CoreSources(@Nullable Path folder) {
    this.folder = folder;
  }

  /** Looks for them in the folders above the cores' class files and the working directory. */
  public static CoreSources find() {
    for (Path start : List.of(ClassFiles.place(Message.class), Path.of("").toAbsolutePath())) {
      for (Path at = start; at != null; at = at.getParent()) {
        Path folder = at.resolve(FOLDER);
        if (Files.isDirectory(folder)) {
          return new CoreSources(folder);
        }
      }
    }
    return new CoreSources(null);
  }

  /** Whether there are any. */
  public boolean areThere() {
    return folder != null;
  }

  /** What stands in a line of a file, from 1; empty if that is not known. */
  public String line(String file, int number) {
    List<String> lines = read.computeIfAbsent(file, this::lines);
    return number <= lines.size() ? lines.get(number - 1).strip() : "";
  }

  /** The lines of a file; none if it is not there. */
  public List<String> lines(String file) {
    return has(file) ? text(file).lines().toList() : List.of();
  }

  /** Whether a file is there. */
  public boolean has(String file) {
    return folder != null && Files.exists(folder.resolve(file));
  }

  /** The whole of a file, which must be there. */
  public String text(String file) {
    if (folder == null) {
      throw new IllegalStateException("the sources are not at hand, to read " + file);
    }
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read " + folder.resolve(file), failure);
    }
  }
}
