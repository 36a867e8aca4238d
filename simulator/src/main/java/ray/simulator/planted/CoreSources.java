package ray.simulator.planted;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sources of the cores, in the project from which this code was built. */
public final class CoreSources {
  private static final Path FOLDER = Path.of("core", "src", "main", "java", "ray", "core");

  private final Path folder;

  private CoreSources(Path folder) {
    this.folder = folder;
  }

  /**
   * Looks for them in the folders above this class's own file and above the working directory.
   *
   * @throws PlantingException if they are nowhere there
   */
  public static CoreSources find() {
    List<Path> starts = new ArrayList<>();
    Path code = placeOfThisCode();
    if (code != null) {
      starts.add(code);
    }
    starts.add(Path.of("").toAbsolutePath());
    for (Path start : starts) {
      for (Path at = start; at != null; at = at.getParent()) {
        Path folder = at.resolve(FOLDER);
        if (Files.isDirectory(folder)) {
          return new CoreSources(folder);
        }
      }
    }
    throw new PlantingException(
        "bugs are planted in the sources of Ray, but no folder "
            + FOLDER
            + " is at or above any of "
            + starts
            + ": run ./ray from a checkout of the project");
  }

  private static @Nullable Path placeOfThisCode() {
    var source = CoreSources.class.getProtectionDomain().getCodeSource();
    try {
      return source == null ? null : Path.of(source.getLocation().toURI()).toAbsolutePath();
    } catch (URISyntaxException | IllegalArgumentException unusual) {
      return null;
    }
  }

  /** The text of a file below {@code ray/core}. */
  String read(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException failure) {
      throw new PlantingException("cannot read " + folder.resolve(file), failure);
    }
  }
}
