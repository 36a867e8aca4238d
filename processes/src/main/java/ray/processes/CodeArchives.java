package ray.processes;

import java.io.IOException;
import java.io.InputStream;
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
 * A job's class path as the node keeps it, opened in place. An archive that the node gives up
 * meanwhile stays readable for who has opened it. Thread-safe.
 */
final class CodeArchives implements AutoCloseable {
  private final Path folder;
  private final CodeManifest manifest;

  /** By element; null until something is looked for in it. */
  private final @Nullable JarFile[] opened;

  /** Elements that can't be opened. */
  private final Map<Integer, String> broken = new HashMap<>();

  /**
   * What is found by looking through the elements in order.
   *
   * @param resource it; null if it is in none of those that were looked into
   * @param isCertain whether no element that is missing here might have it before that
   */
  record Found(@Nullable FoundResource resource, boolean isCertain) {}

  /** The archives of a manifest, which lie in a folder. */
  CodeArchives(Path folder, CodeManifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
    this.opened = new JarFile[manifest.elements().size()];
  }

  /** Where a content lies. */
  static Path file(Path folder, String hash) {
    return folder.resolve(hash + ".jar");
  }

  Path folder() {
    return folder;
  }

  /** Which code of the job this is. */
  int generation() {
    return manifest.generation();
  }

  boolean isEmpty() {
    return manifest.elements().isEmpty();
  }

  /** Looks for what a name stands for. */
  Found find(String name) {
    boolean certain = true;
    for (int i = 0; i < opened.length; i++) {
      JarFile archive = open(i);
      if (archive == null) {
        certain = false;
        continue;
      }
      FoundResource found = read(i, archive, name);
      if (found != null) {
        return new Found(found, certain);
      }
    }
    return new Found(null, certain);
  }

  /** Looks for all that a name stands for. */
  List<FoundResource> findAll(String name) {
    List<FoundResource> all = new ArrayList<>();
    for (int i = 0; i < opened.length; i++) {
      JarFile archive = open(i);
      FoundResource found = archive == null ? null : read(i, archive, name);
      if (found != null) {
        all.add(found);
      }
    }
    return all;
  }

  private @Nullable FoundResource read(int index, JarFile archive, String name) {
    JarEntry entry = archive.getJarEntry(name);
    if (entry == null || entry.isDirectory()) {
      return null;
    }
    CodeManifest.Element element = manifest.elements().get(index);
    try (InputStream in = archive.getInputStream(entry)) {
      return new FoundResource(
          in.readAllBytes(),
          element.path(),
          element.isFolder() ? List.of() : FoundResource.about(archive.getManifest(), name));
    } catch (IOException e) {
      return null;
    }
  }

  private synchronized @Nullable JarFile open(int index) {
    JarFile known = opened[index];
    if (known != null || broken.containsKey(index)) {
      return known;
    }
    CodeManifest.Element element = manifest.elements().get(index);
    if (!element.isHere()) {
      return null;
    }
    try {
      // Signatures are not checked: whoever may run code here is known by the token. And classes of
      // one package would clash that came from here and from the program itself.
      JarFile archive =
          new JarFile(
              file(folder, element.hash()).toFile(),
              false,
              ZipFile.OPEN_READ,
              element.isFolder() ? JarFile.baseVersion() : JarFile.runtimeVersion());
      opened[index] = archive;
      return archive;
    } catch (IOException e) {
      broken.put(index, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Where a name was looked for, in words. */
  String lookedIn() {
    long here = manifest.elements().stream().filter(CodeManifest.Element::isHere).count();
    StringBuilder text =
        new StringBuilder()
            .append("the node's cache ")
            .append(folder)
            .append(" (")
            .append(here)
            .append(" of the ")
            .append(manifest.elements().size())
            .append(" jars and folders of the program's class path");
    List<String> missing =
        manifest.elements().stream()
            .filter(element -> !element.isHere())
            .map(CodeManifest.Element::path)
            .toList();
    if (!missing.isEmpty()) {
      text.append("; without ").append(String.join(", ", missing));
    }
    return text.append(")").toString();
  }

  @Override
  public synchronized void close() throws IOException {
    for (JarFile each : opened) {
      if (each != null) {
        each.close();
      }
    }
  }
}
