package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's one jar of many. */
class MergeJarsTest {
  @TempDir Path folder;

  private Path jar(String name, boolean isMultiRelease, Map<String, String> content)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (isMultiRelease) {
      manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
    }
    Path path = folder.resolve(name);
    try (OutputStream file = Files.newOutputStream(path);
        JarOutputStream jar = new JarOutputStream(file, manifest)) {
      for (Map.Entry<String, String> each : new TreeMap<>(content).entrySet()) {
        jar.putNextEntry(new JarEntry(each.getKey()));
        jar.write(each.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return path;
  }

  private Path merge(Path... jars) throws IOException {
    Path merged = folder.resolve("merged.jar");
    MergeJars.merge(List.of(jars), merged);
    return merged;
  }

  private static String read(JarFile jar, String name) throws IOException {
    JarEntry entry = jar.getJarEntry(name);
    return entry == null
        ? "nothing"
        : new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void theFirstOfANameIsFoundAsOnAClassPath() throws IOException {
    Path merged =
        merge(
            jar("1.jar", false, Map.of("a", "first", "b/c", "only first")),
            jar("2.jar", false, Map.of("a", "second", "b/d", "only second")));

    try (JarFile jar = new JarFile(merged.toFile())) {
      assertThat(read(jar, "a")).isEqualTo("first");
      assertThat(read(jar, "b/c")).isEqualTo("only first");
      assertThat(read(jar, "b/d")).isEqualTo("only second");
    }
  }

  @Test
  void servicesOfAllJarsAreFound() throws IOException {
    String service = "META-INF/services/" + Runnable.class.getName();
    Path merged =
        merge(
            jar("1.jar", false, Map.of(service, "one.Implementation # without a line's end")),
            jar("2.jar", false, Map.of(service, "another.Implementation\n")));

    try (JarFile jar = new JarFile(merged.toFile())) {
      assertThat(read(jar, service).lines())
          .contains("one.Implementation # without a line's end", "another.Implementation");
    }
  }

  @Test
  void classesForAJdkCountWhereTheirJarSaidSo() throws IOException {
    Path merged =
        merge(
            jar("1.jar", true, Map.of("a", "for all", "META-INF/versions/25/a", "for 25")),
            jar("2.jar", false, Map.of("b", "for all", "META-INF/versions/25/b", "for nobody")));

    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {merged.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      assertThat(loader.getResourceAsStream("a")).hasContent("for 25");
      assertThat(loader.getResourceAsStream("b")).hasContent("for all");
    }
  }

  @Test
  void signaturesAndModulesAreLeftOut() throws IOException {
    Path merged =
        merge(
            jar(
                "1.jar",
                true,
                Map.of(
                    "META-INF/KEY.SF", "",
                    "META-INF/KEY.RSA", "",
                    "META-INF/LICENSE", "text",
                    "module-info.class", "",
                    "META-INF/versions/9/module-info.class", "")));

    try (JarFile jar = new JarFile(merged.toFile())) {
      assertThat(jar.stream().map(JarEntry::getName))
          .containsExactlyInAnyOrder("META-INF/MANIFEST.MF", "META-INF/LICENSE");
    }
  }
}
