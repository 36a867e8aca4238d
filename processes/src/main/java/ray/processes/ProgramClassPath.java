package ray.processes;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The jars and folders in which a class loader looks, in its order. */
final class ProgramClassPath {
  /** More are not told of; what is in them is fetched one by one. */
  static final int MAX_ELEMENTS = 5_000;

  private final Set<Path> elements = new LinkedHashSet<>();

  private ProgramClassPath() {}

  /**
   * The jars and folders behind a loader. Those that ask their parents first are understood; of a
   * program with any other, nothing is known, as that may hide what its parents have.
   */
  static List<Path> of(ClassLoader loader) {
    Deque<ClassLoader> chain = new ArrayDeque<>();
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    for (ClassLoader at = loader; at != null && at != platform; at = at.getParent()) {
      chain.push(at);
    }
    ProgramClassPath path = new ProgramClassPath();
    for (ClassLoader each : chain) {
      if (each == ClassLoader.getSystemClassLoader()) {
        path.addAll(System.getProperty("java.class.path", ""));
        path.addModules(System.getProperty("jdk.module.path", ""));
      } else if (each instanceof URLClassLoader listing && asksParentsFirst(each)) {
        for (URL url : listing.getURLs()) {
          path.add(url);
        }
      } else if (!isInMemory(each)) {
        return List.of();
      }
    }
    return path.elements.stream().limit(MAX_ELEMENTS).toList();
  }

  private static boolean asksParentsFirst(ClassLoader loader) {
    return loader.getClass() == URLClassLoader.class
        || loader.getClass().getName().startsWith("jdk.jshell.");
  }

  /** Of a program that is started from its source: that is nowhere else. */
  private static boolean isInMemory(ClassLoader loader) {
    return loader.getClass().getName().startsWith("com.sun.tools.javac.launcher.");
  }

  private void addAll(String classPath) {
    if (!classPath.isEmpty()) {
      for (String word : classPath.split(File.pathSeparator, -1)) {
        add(Path.of(word));
      }
    }
  }

  /** On a module path a folder may be a module, or have some. */
  private void addModules(String modulePath) {
    for (String word : modulePath.split(File.pathSeparator)) {
      Path path = Path.of(word);
      if (word.isEmpty() || !Files.exists(path)) {
        continue;
      }
      if (!Files.isDirectory(path) || Files.exists(path.resolve("module-info.class"))) {
        add(path);
        continue;
      }
      try (Stream<Path> modules = Files.list(path)) {
        modules
            .filter(each -> Files.isDirectory(each) || each.toString().endsWith(".jar"))
            .sorted()
            .forEach(this::add);
      } catch (IOException unreadable) {
        // Then no class comes from there either.
      }
    }
  }

  private void add(URL url) {
    try {
      if ("file".equals(url.getProtocol())) {
        add(Path.of(url.toURI()));
      }
    } catch (URISyntaxException | IllegalArgumentException unusual) {
      // What is in it is fetched one by one.
    }
  }

  private void add(Path element) {
    Path path = element.toAbsolutePath().normalize();
    if (!Files.exists(path) || !elements.add(path) || Files.isDirectory(path)) {
      return;
    }
    for (String named : namedBy(path)) {
      try {
        add(path.toUri().resolve(new URI(named)).toURL());
      } catch (URISyntaxException | IOException | IllegalArgumentException unusual) {
        // A class path may name what is not there.
      }
    }
  }

  /** What a jar's manifest adds to the class path, right behind it. */
  private static List<String> namedBy(Path jar) {
    try (JarFile opened = new JarFile(jar.toFile(), false)) {
      Manifest manifest = opened.getManifest();
      String named =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return named == null || named.isBlank() ? List.of() : List.of(named.strip().split("\\s+"));
    } catch (IOException noJar) {
      return new ArrayList<>();
    }
  }
}
