package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The launcher's copies of old jars, with picocli as the old one. */
class ModernizeJarsTest {
  @TempDir Path folder;

  private Path copyOfPicocli() throws IOException, URISyntaxException {
    URL location = CommandLine.class.getProtectionDomain().getCodeSource().getLocation();
    return Files.copy(Path.of(location.toURI()), folder.resolve("picocli.jar"));
  }

  @Test
  void oldClassesGetStackMapsAndStayValid() throws Exception {
    Path jar = copyOfPicocli();

    int rewritten = ModernizeJars.modernize(List.of(jar));

    assertThat(rewritten).isPositive();
    assertThat(ModernizeJars.modernize(List.of(jar))).as("what a second run finds").isZero();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        if (entry.getName().endsWith(".class") && !entry.getName().contains("module-info")) {
          try (InputStream in = file.getInputStream(entry)) {
            assertThat(ClassFile.of().verify(in.readAllBytes())).as(entry.getName()).isEmpty();
          }
        }
      }
    }
  }

  @Test
  void noClassOfTheCommandStaysOld() throws IOException {
    List<Path> copies = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (element.endsWith(".jar") && !element.contains("surefire")) {
        Path jar = Path.of(element);
        copies.add(Files.copy(jar, folder.resolve(copies.size() + "-" + jar.getFileName())));
      }
    }

    assertThat(ModernizeJars.modernize(copies)).isPositive();

    for (Path copy : copies) {
      try (FileSystem jar = FileSystems.newFileSystem(copy);
          Stream<Path> files = Files.walk(jar.getPath("/"))) {
        assertThat(files.filter(file -> file.toString().endsWith(".class")))
            .as(copy.toString())
            .allSatisfy(file ->
                assertThat(ClassFile.of().parse(Files.readAllBytes(file)).majorVersion())
                    .isGreaterThanOrEqualTo(ClassFile.JAVA_6_VERSION));
      }
    }
  }

  @Test
  void rewrittenClassesWork() throws Exception {
    Path jar = copyOfPicocli();
    ModernizeJars.modernize(List.of(jar));

    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      Class<?> spec = loader.loadClass("picocli.CommandLine$Model$CommandSpec");
      Object command = spec.getMethod("create").invoke(null);
      Object line =
          loader.loadClass("picocli.CommandLine").getConstructor(Object.class).newInstance(command);
      Object usage = line.getClass().getMethod("getUsageMessage").invoke(line);

      assertThat(usage).asString().startsWith("Usage: ");
    }
  }
}
