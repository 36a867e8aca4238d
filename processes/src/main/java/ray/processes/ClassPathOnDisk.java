package ray.processes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A program's class path as it lies on the disk now, whatever the program's own class loader knows
 * of it: that one keeps the table of contents of each jar that it has opened, and so finds nothing,
 * or nonsense, in one that was written anew since. Thread-safe.
 */
final class ClassPathOnDisk implements AutoCloseable {
  private final List<Path> elements;

  // Guarded by this.
  private final Map<Path, JarFile> opened = new HashMap<>();
  private boolean closed;

  /** These jars and folders, which are opened when something is looked for in them. */
  ClassPathOnDisk(List<Path> elements) {
    this.elements = List.copyOf(elements);
  }

  /** Whether the class path is known; if not, only the program's class loader can be asked. */
  boolean isKnown() {
    return !elements.isEmpty();
  }

  /** Finds what a name stands for. */
  @Nullable FoundResource find(String name) throws IOException {
    for (Path element : elements) {
      FoundResource found = find(element, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Finds all that a name stands for. */
  List<FoundResource> findAll(String name) throws IOException {
    List<FoundResource> all = new ArrayList<>();
    for (Path element : elements) {
      FoundResource found = find(element, name);
      if (found != null) {
        all.add(found);
      }
    }
    return all;
  }

  private @Nullable FoundResource find(Path element, String name) throws IOException {
    if (Files.isDirectory(element)) {
      return inFolder(element, name);
    }
    return Files.exists(element) ? inJar(element, name) : null;
  }

  private static @Nullable FoundResource inFolder(Path folder, String name) throws IOException {
    Path file;
    try {
      file = folder.resolve(name).normalize();
    } catch (InvalidPathException noFile) {
      return null;
    }
    return file.startsWith(folder) && Files.isRegularFile(file)
        ? new FoundResource(Files.readAllBytes(file), folder.toString(), List.of())
        : null;
  }

  private @Nullable FoundResource inJar(Path path, String name) throws IOException {
    JarFile jar = open(path);
    JarEntry entry = jar.getJarEntry(name);
    if (entry == null || entry.isDirectory()) {
      return null;
    }
    try (InputStream in = jar.getInputStream(entry)) {
      return new FoundResource(
          in.readAllBytes(), path.toString(), FoundResource.about(jar.getManifest(), name));
    }
  }

  private synchronized JarFile open(Path path) throws IOException {
    if (closed) {
      throw new IOException("the program's code was read anew, or it has left");
    }
    JarFile known = opened.get(path);
    if (known == null) {
      known = new JarFile(path.toFile(), false, ZipFile.OPEN_READ, JarFile.runtimeVersion());
      opened.put(path, known);
    }
    return known;
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (JarFile each : opened.values()) {
      try {
        each.close();
      } catch (IOException e) {
        // It was only read.
      }
    }
    opened.clear();
  }
}
