package ray.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/**
 * Makes one jar of the launcher's copies of jars. A JVM that looks for what the class path does not
 * have, or has last, such as a program's own classes, opens every jar of it: with sixty of them
 * that takes a tenth of a second, in each process of a node.
 */
public final class MergeJars {
  private static final String FOLDER = "META-INF/";
  private static final String SERVICES = FOLDER + "services/";
  private static final String VERSIONS = FOLDER + "versions/";

  /** What is in the jar so far. */
  private final Set<String> names = new HashSet<>(Set.of(JarFile.MANIFEST_NAME));

  private final Map<String, ByteArrayOutputStream> services = new LinkedHashMap<>();
  private final JarOutputStream merged;

  private MergeJars(JarOutputStream merged) {
    this.merged = merged;
    merged.setLevel(Deflater.BEST_SPEED);
  }

  /**
   * Merges jars, which together are a class path.
   *
   * @param jars the path of the jar to be, then those of the jars, in their order
   * @throws IOException if one can't be read, or the new one not be written
   */
  public static void main(String[] jars) throws IOException {
    List<Path> paths = Stream.of(jars).map(Path::of).toList();
    merge(paths.subList(1, paths.size()), paths.getFirst());
  }

  /**
   * Writes what a class loader finds in jars, looking from the first to the last: of equal names
   * the first, of services all. Signatures are left out, for they are of the jars as they were, and
   * so are descriptions of modules, each jar's own manifest, and entries of folders.
   */
  static void merge(List<Path> jars, Path merged) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
    try (OutputStream file = Files.newOutputStream(merged);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      MergeJars merging = new MergeJars(out);
      for (Path jar : jars) {
        merging.add(jar);
      }
      merging.addServices();
    }
  }

  private void add(Path path) throws IOException {
    try (JarFile jar = new JarFile(path.toFile(), false)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        String name = entry.getName();
        if (entry.isDirectory() || isLeftOut(name, jar.isMultiRelease())) {
          continue;
        }
        try (InputStream content = jar.getInputStream(entry)) {
          if (name.startsWith(SERVICES)) {
            OutputStream all = services.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
            content.transferTo(all);
            all.write('\n');
          } else if (names.add(name)) {
            merged.putNextEntry(new JarEntry(name));
            content.transferTo(merged);
          }
        }
      }
    }
  }

  private static boolean isLeftOut(String name, boolean isMultiRelease) {
    boolean isSignature =
        name.startsWith(FOLDER) && name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");
    return isSignature
        || name.endsWith("module-info.class")
        || name.startsWith(VERSIONS) && !isMultiRelease;
  }

  private void addServices() throws IOException {
    for (Map.Entry<String, ByteArrayOutputStream> each : services.entrySet()) {
      merged.putNextEntry(new JarEntry(each.getKey()));
      each.getValue().writeTo(merged);
    }
  }
}
