package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ray.RayOptions;

/** Programs that are compiled again while they run, and whose workers are restarted then. */
@Timeout(240)
class ChangedCodeTest {
  private static final LocalNode NODE =
      LocalNode.start(RayOptions.defaults().cpus(2).objectStore(64L << 20));

  @TempDir private Path folder = Path.of("");

  @AfterAll
  static void close() {
    NODE.close();
  }

  /** Where a program has its classes, and how new ones come there. */
  enum Place {
    FOLDER,
    /** Too large to be kept by the node, so that all is asked of the program. */
    LARGE_FOLDER,
    /** Written anew while the program has it open. */
    JAR,
    /** The program keeps the one open that was there before. */
    JAR_PUT_IN_PLACE
  }

  private static final String MAIN =
      """
      package app;
      import java.util.*;
      import ray.*;
      public class Main {
        public static void main(String[] words) throws Exception {
          try (var ray = Ray.init(RayOptions.defaults().quiet())) {
            byte[] large = new byte[1 << 20];
            large[7] = 7;
            ObjectRef<byte[]> kept = Ray.put(large);
            ObjectRef<String> told = Ray.remote(Work::version).remote();
            Scanner orders = new Scanner(System.in);
            for (int count = 1; ; count++) {
              switch (orders.next()) {
                case "run" -> System.out.println(count + ": " + Ray.remote(Work::version).remote().get());
                case "restart" -> System.out.println(count + ": " + Ray.restartWorkers().ended());
                default -> {
                  System.out.println(count + ": " + told.get() + " " + kept.get()[7]);
                  return;
                }
              }
            }
          }
        }
      }
      """;

  /** The part that changes: a class that says so, one that is named otherwise, and resources. */
  private static Map<String, String> work(String version) {
    return Map.of(
        "app/Work.java",
        """
        package app;
        import java.util.*;
        public class Work {
          static String version() throws Exception {
            StringBuilder all = new StringBuilder("VERSION " + Part_VERSION.text());
            for (String name : List.of("app/data.txt", "app/old.txt", "app/new.txt")) {
              try (var in = Work.class.getResourceAsStream("/" + name)) {
                all.append(in == null ? " -" : " " + new String(in.readAllBytes()));
              }
            }
            return all + " " + Collections.list(
                Work.class.getClassLoader().getResources("app/data.txt")).size();
          }
        }
        """
            .replace("VERSION", version),
        "app/Part_" + version + ".java",
        "package app; class Part_"
            + version
            + " { static String text() { return \"part of "
            + version
            + "\"; } }");
  }

  private static String says(String version) {
    return version
        + " part of "
        + version
        + " data of "
        + version
        + (version.equals("old") ? " is there - 1" : " - is there 1");
  }

  /** Compiles a version, of which nothing of another is left. */
  private Path classes(String version) throws IOException {
    Path own = folder.resolve("classes of " + version);
    Map<String, String> sources = new HashMap<>(work(version));
    sources.put("app/Main.java", MAIN);
    Path classes = TestCode.compile(own, sources);
    Files.writeString(classes.resolve("app/data.txt"), "data of " + version);
    Files.writeString(classes.resolve("app/" + version + ".txt"), "is there");
    return classes;
  }

  private Path build(Place place, String version) throws IOException {
    Path classes = classes(version);
    Path jar = folder.resolve("app.jar");
    Path target = folder.resolve("target");
    switch (place) {
      case JAR -> TestCode.jar(jar, classes, Map.of());
      case JAR_PUT_IN_PLACE -> {
        Path other = TestCode.jar(folder.resolve("other.jar"), classes, Map.of());
        Files.move(other, jar, StandardCopyOption.REPLACE_EXISTING);
      }
      case FOLDER, LARGE_FOLDER -> {
        Files.deleteIfExists(target.resolve("app/old.txt"));
        Files.deleteIfExists(target.resolve("app/Part_old.class"));
        Files.createDirectories(target.resolve("app"));
        try (var files = Files.list(classes.resolve("app"))) {
          for (Path each : files.toList()) {
            Files.copy(
                each,
                target.resolve("app").resolve(each.getFileName()),
                StandardCopyOption.REPLACE_EXISTING);
          }
        }
        if (place == Place.LARGE_FOLDER) {
          try (var hole = new RandomAccessFile(target.resolve("large").toFile(), "rw")) {
            hole.setLength(PackedFolder.MAX_BYTES + 1);
          }
        }
      }
    }
    return switch (place) {
      case JAR, JAR_PUT_IN_PLACE -> jar;
      case FOLDER, LARGE_FOLDER -> target;
    };
  }

  @ParameterizedTest
  @EnumSource
  void afterARestartTasksRunWhatWasCompiledSinceAndWhatTheProgramHoldsIsThere(Place place)
      throws Exception {
    Path code = build(place, "old");
    TestCode.Program program =
        TestCode.start(
            NODE.address(),
            folder.resolve("printed"),
            List.of("-cp", TestCode.classPath(List.of(code)), "app.Main"));
    try (Writer orders = program.process().outputWriter()) {
      order(orders, "run");
      assertThat(program.awaitLine("1: ")).isEqualTo(says("old"));

      build(place, "new");
      order(orders, "run");
      assertThat(program.awaitLine("2: ")).as("without a restart").isEqualTo(says("old"));
      order(orders, "restart");
      assertThat(program.awaitLine("3: ")).isEqualTo("1");
      order(orders, "run");
      assertThat(program.awaitLine("4: ")).isEqualTo(says("new"));

      // And again, as the command does it.
      build(place, "newer");
      try (NodeClient node = NodeClient.connect(NODE.address())) {
        Member driver =
            node.members().stream()
                .filter(each -> each.isDriver() && each.pid() == program.process().pid())
                .findFirst()
                .orElseThrow();
        assertThat(node.endWorkers(driver.job(), false, true).ended()).isOne();
      }
      order(orders, "run");
      assertThat(program.awaitLine("5: ")).startsWith("newer part of newer data of newer");

      order(orders, "end");
      assertThat(program.awaitLine("6: ")).isEqualTo(says("old") + " 7");
      program.await();
    } finally {
      program.process().destroyForcibly();
    }
  }

  private static void order(Writer orders, String word) throws IOException {
    orders.write(word + "\n");
    orders.flush();
  }

  /** Loads as an application server might: nothing can be told of it but what it finds. */
  private static final class Unusual extends URLClassLoader {
    Unusual(Path jar) throws IOException {
      super(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }
  }

  @Test
  void aProgramGivesOneByOneWhatLiesInAJarThatWasWrittenUnderIt() throws Exception {
    Path jar = build(Place.JAR, "old");
    try (URLClassLoader loader =
            new URLClassLoader(
                new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        OfferedCode code = new OfferedCode(loader)) {
      loader.loadClass("app.Work");
      CodeOffer before = code.offer();
      assertThat(code.find("app/Part_old.class").found()).hasSize(1);

      build(Place.JAR, "new");
      CodeOffer after = code.offerAnew();

      assertThat(after.elements().getLast().path()).isEqualTo(jar.toString());
      assertThat(after.elements().getLast().identity())
          .isNotEqualTo(before.elements().getLast().identity());
      Path compiled = classes("new");
      for (String name : List.of("app/Work.class", "app/Part_new.class", "app/data.txt")) {
        assertThat(code.find(name).found())
            .as(name)
            .singleElement()
            .satisfies(found -> {
              assertThat(found.content()).isEqualTo(Files.readAllBytes(compiled.resolve(name)));
              assertThat(found.path()).isEqualTo(jar.toString());
            });
        assertThat(code.findAll(name).found()).as(name).hasSize(1);
      }
      for (String name : List.of("app/Part_old.class", "app/old.txt", "../other", "app/")) {
        assertThat(code.find(name).found()).as(name).isEmpty();
        assertThat(code.findAll(name).found()).as(name).isEmpty();
      }
    }
  }

  @Test
  void ofALoaderThatIsNotKnownItGivesWhatThatFindsAsItIsNow() throws Exception {
    Path jar = build(Place.JAR, "old");
    try (Unusual loader = new Unusual(jar);
        OfferedCode code = new OfferedCode(loader)) {
      assertThat(code.find("app/data.txt").found()).hasSize(1);

      build(Place.JAR, "new");
      assertThat(code.offerAnew().elements()).isEmpty();

      assertThat(code.find("app/data.txt").found())
          .singleElement()
          .satisfies(found -> assertThat(found.content()).asString().isEqualTo("data of new"));
    }
  }
}
