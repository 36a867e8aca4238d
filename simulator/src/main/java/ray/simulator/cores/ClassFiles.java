package ray.simulator.cores;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The class files of a package and those below it, from the folder or jar that one of them is in.
 */
public final class ClassFiles {
  private static final String SUFFIX = ".class";

  private ClassFiles() {}

  /** All of them, by the names of the classes. */
  public static Map<String, byte[]> of(String packageName, Class<?> member) {
    Path place = place(member);
    try {
      if (Files.isDirectory(place)) {
        return below(place, packageName);
      }
      try (FileSystem jar = FileSystems.newFileSystem(place)) {
        return below(jar.getPath("/"), packageName);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read the classes in " + place, failure);
    }
  }

  /** The folder or jar that a class was loaded from. */
  static Path place(Class<?> member) {
    var source = member.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalStateException(member + " comes from no file");
    }
    try {
      return Path.of(source.getLocation().toURI()).toAbsolutePath();
    } catch (URISyntaxException unusual) {
      throw new IllegalStateException(member + " comes from no file", unusual);
    }
  }

  private static Map<String, byte[]> below(Path root, String packageName) throws IOException {
    Map<String, byte[]> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root.resolve(packageName.replace('.', '/')))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = root.relativize(file).toString();
        if (name.endsWith(SUFFIX) && !name.endsWith("package-info.class")) {
          String path = name.substring(0, name.length() - SUFFIX.length());
          found.put(path.replace('/', '.').replace('\\', '.'), Files.readAllBytes(file));
        }
      }
    }
    return found;
  }
}
