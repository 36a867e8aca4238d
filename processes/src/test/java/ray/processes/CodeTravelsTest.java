package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.processes.Waiting.await;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.Ray;
import ray.RayOptions;

/** How the code of programs comes to the workers of a node. */
@Timeout(300)
class CodeTravelsTest {
  private static final LocalNode NODE =
      LocalNode.start(RayOptions.defaults().cpus(2).objectStore(32L << 20));

  @TempDir private Path folder = Path.of("");

  @AfterAll
  static void close() {
    NODE.close();
  }

  /** A program in this JVM whose classes come from a jar or folder. */
  private static final class Job implements AutoCloseable {
    private final URLClassLoader loader;
    final DriverRay ray;

    Job(Path... elements) throws Exception {
      URL[] urls = new URL[elements.length];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = elements[i].toUri().toURL();
      }
      loader = new URLClassLoader(urls, CodeTravelsTest.class.getClassLoader());
      Thread current = Thread.currentThread();
      ClassLoader before = current.getContextClassLoader();
      current.setContextClassLoader(loader);
      try {
        ray = (DriverRay) Ray.start(RayOptions.defaults().address(NODE.address()).quiet());
      } finally {
        current.setContextClassLoader(before);
      }
    }

    /** Runs a class of the program. */
    @SuppressWarnings("unchecked")
    Object run(String className) throws Exception {
      Callable<Object> code =
          (Callable<Object>) loader.loadClass(className).getConstructor().newInstance();
      return ray.call(code);
    }

    void awaitCodeOnNode() {
      await(
          "the job's code is on the node",
          () -> !NODE.head().codes().manifest(ray.job()).elements().isEmpty());
    }

    @Override
    public void close() throws Exception {
      ray.close();
      loader.close();
    }
  }

  private static Map<String, String> program(String version) {
    return Map.of(
        "app/Main.java",
        """
        package app;
        import ray.*;
        import java.util.*;
        public class Main implements java.util.concurrent.Callable<Object> {
          static String versions(int runs) throws Exception {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < runs; i++) all.append(Helper.version());
            try (var in = Main.class.getResourceAsStream("/app/data.txt")) {
              return all + " " + (in == null ? "none" : new String(in.readAllBytes()).strip());
            }
          }
          public Object call() {
            return Ray.remote(Main::versions).isolated().remote(2).get();
          }
        }
        """,
        "app/Helper.java",
        "package app; class Helper { static String version() { return \"" + version + "\"; } }");
  }

  private Path jar(String version) throws Exception {
    Path own = folder.resolve(version);
    Path classes = TestCode.compile(own, program(version));
    Files.writeString(classes.resolve("app/data.txt"), "data of " + version);
    return TestCode.jar(own.resolve("app.jar"), classes, Map.of());
  }

  @Test
  void aJarIsFetchedOnceANodeWhateverTheNumberOfWorkersAndJobs() throws Exception {
    Path jar = jar("one");
    CodeReport whole;
    try (Job first = new Job(jar)) {
      assertThat(first.run("app.Main")).isEqualTo("oneone data of one");
      first.awaitCodeOnNode();
      whole = NODE.head().codes().report();
      assertThat(whole.archives()).isPositive();
      long given = first.ray.code().given();
      // Another worker.
      assertThat(first.run("app.Main")).isEqualTo("oneone data of one");
      assertThat(first.ray.code().given()).isEqualTo(given);
    }
    try (Job second = new Job(jar)) {
      second.awaitCodeOnNode();
      assertThat(second.run("app.Main")).isEqualTo("oneone data of one");
      assertThat(second.ray.code().given()).isZero();
    }
    assertThat(NODE.head().codes().report()).isEqualTo(whole);
  }

  @Test
  void twoVersionsOfAClassDoNotMeetWhetherTheyComeOneByOneOrAsAWhole() throws Exception {
    try (Job one = new Job(jar("one"));
        Job two = new Job(jar("two"))) {
      assertThat(one.run("app.Main")).isEqualTo("oneone data of one");
      assertThat(two.run("app.Main")).isEqualTo("twotwo data of two");
      one.awaitCodeOnNode();
      two.awaitCodeOnNode();
      assertThat(two.run("app.Main")).isEqualTo("twotwo data of two");
      assertThat(one.run("app.Main")).isEqualTo("oneone data of one");
    }
  }

  @Test
  void aFolderIsFetchedAsOneAndAgainWhenItHasChanged() throws Exception {
    Path classes = TestCode.compile(folder.resolve("a"), program("old"));
    try (Job job = new Job(classes)) {
      assertThat(job.run("app.Main")).isEqualTo("oldold none");
      job.awaitCodeOnNode();
      long given = job.ray.code().given();
      assertThat(job.run("app.Main")).isEqualTo("oldold none");
      // Of a resource that is nowhere it was asked, but there was none to give.
      assertThat(job.ray.code().given()).isEqualTo(given);
    }
    TestCode.compile(folder.resolve("a"), program("new"));
    try (Job job = new Job(classes)) {
      assertThat(job.run("app.Main")).isEqualTo("newnew none");
      job.awaitCodeOnNode();
      assertThat(job.run("app.Main")).isEqualTo("newnew none");
    }
  }

  @Test
  void anArchiveThatWasDamagedOnTheNodeIsFetchedAgain() throws Exception {
    Path jar = jar("whole");
    String hash;
    try (Job job = new Job(jar)) {
      job.awaitCodeOnNode();
      hash = NODE.head().codes().manifest(job.ray.job()).elements().getLast().hash();
    }
    Path kept = CodeArchives.file(NODE.head().codes().folder(), hash);
    Files.writeString(kept, "damaged");
    try (Job job = new Job(jar)) {
      job.awaitCodeOnNode();
      assertThat(Files.mismatch(kept, jar)).isEqualTo(-1);
      assertThat(job.run("app.Main")).isEqualTo("wholewhole data of whole");
      assertThat(job.ray.code().given()).isZero();
    }
  }

  // ---- however a program is started

  private static final String HELLO =
      """
      import java.util.*;
      import ray.*;
      class Hello {
        record Point(int x, List<Integer> more) {}
        static Point next(Point p) { return new Point(p.x() + 1, new ArrayList<>(p.more())); }
        static class Counter { int n; int add(int by) { return n += by; } }
        public static void main(String[] words) throws Exception {
          try (var ray = Ray.init()) {
            int captured = 40;
            System.out.println(Ray.remote((Integer x) -> x + captured).remote(2).get());
            System.out.println(Ray.remote(Hello::next).remote(new Point(1, List.of(5))).get());
            System.out.println(Ray.actor(Counter::new).remote().call(Counter::add, 3).get());
          }
        }
      }
      """;

  private static final String HELLO_PRINTS = "42\nPoint[x=2, more=[5]]\n3\n";

  private String run(List<String> words) throws Exception {
    return TestCode.run(NODE.address(), folder.resolve("printed"), words);
  }

  @Test
  void aProgramOfASourceFileRunsOnWorkers() throws Exception {
    Path source = Files.writeString(folder.resolve("Hello.java"), HELLO);
    assertThat(run(List.of("-cp", TestCode.classPath(List.of()), source.toString())))
        .isEqualTo(HELLO_PRINTS);
  }

  @Test
  void aProgramOfAFolderOrOfAJarThatNamesItsLibrariesRunsOnWorkers() throws Exception {
    Path classes = TestCode.compile(folder, Map.of("Hello.java", HELLO));
    assertThat(run(List.of("-cp", TestCode.classPath(List.of(classes)), "Hello")))
        .isEqualTo(HELLO_PRINTS);

    String libraries =
        Stream.of(TestCode.classPath(List.of()).split(File.pathSeparator))
            .map(each -> Path.of(each).toUri().toString())
            .collect(Collectors.joining(" "));
    Path jar =
        TestCode.jar(
            folder.resolve("hello.jar"),
            classes,
            Map.of("Main-Class", "Hello", "Class-Path", libraries));
    assertThat(run(List.of("-jar", jar.toString()))).isEqualTo(HELLO_PRINTS);
    assertThat(ProgramClassPath.of(new URLClassLoader(new URL[] {jar.toUri().toURL()})))
        .contains(jar.toAbsolutePath())
        .hasSizeGreaterThan(5);
  }

  @Test
  void whatIsTypedIntoJShellRunsOnWorkers() throws Exception {
    Path snippets =
        Files.writeString(
            folder.resolve("snippets.jsh"),
            """
            import ray.*;
            RayInstance shared = Ray.init();
            int base = 100;
            int square(int x) { return x * x + base; }
            System.out.println(Ray.remote((Integer x) -> square(x)).remote(9).get());
            class Counter { int n; int add(int by) { return n += by; } }
            var counter = Ray.actor(Counter::new).remote();
            System.out.println(counter.call(Counter::add, counter.call(Counter::add, 5)).get());
            shared.close();
            /exit
            """);
    Path shell =
        Files.writeString(
            folder.resolve("Shell.java"),
            """
            void main(String[] words) throws Exception {
              System.exit(jdk.jshell.tool.JavaShellToolBuilder.builder().start(words));
            }
            """);
    String printed =
        run(
            List.of(
                "--add-modules=jdk.jshell",
                "-cp",
                TestCode.classPath(List.of()),
                shell.toString(),
                "--execution=local",
                "--class-path=" + TestCode.classPath(List.of()),
                snippets.toString()));
    // Without base: that is a static field, which has another value in each process.
    assertThat(printed).contains("81\n").contains("10\n");
  }

  // ---- what is in jars

  @Test
  void resourcesServicesAndManifestsOfJarsWorkInTasks() throws Exception {
    Map<String, String> sources =
        Map.of(
            "app/Main.java",
            """
            package app;
            import ray.*;
            import java.util.*;
            public class Main implements java.util.concurrent.Callable<Object> {
              static List<String> features() throws Exception {
                List<String> all = new ArrayList<>();
                for (Greeting each : ServiceLoader.load(Greeting.class)) { all.add(each.text()); }
                all.add(Edition.text());
                all.add("" + Main.class.getPackage().getImplementationVersion());
                all.add("" + Main.class.getPackage().isSealed());
                all.add("" + Collections.list(
                    Main.class.getClassLoader().getResources("app/both.txt")).size());
                all.add(new java.io.File(Main.class.getProtectionDomain().getCodeSource()
                    .getLocation().toURI()).getName());
                return all;
              }
              public Object call() { return Ray.remote(Main::features).isolated().remote().get(); }
            }
            """,
            "app/Greeting.java",
            "package app; public interface Greeting { String text(); }",
            "app/One.java",
            "package app; public class One implements Greeting { public String text() { return \"one\"; } }",
            "app/Edition.java",
            "package app; class Edition { static String text() { return \"old\"; } }");
    Path classes = TestCode.compile(folder.resolve("app"), sources);
    Path newer =
        TestCode.compile(
            folder.resolve("newer"),
            Map.of(
                "app/Edition.java",
                "package app; class Edition { static String text() { return \"new\"; } }"));
    Path versioned = Files.createDirectories(classes.resolve("META-INF/versions/11/app"));
    Files.copy(newer.resolve("app/Edition.class"), versioned.resolve("Edition.class"));
    Files.writeString(classes.resolve("app/both.txt"), "1");
    service(classes, "app.One");
    Path jar =
        TestCode.jar(
            folder.resolve("app.jar"),
            classes,
            Map.of("Multi-Release", "true", "Implementation-Version", "1.2.3", "Sealed", "true"));

    Path more =
        TestCode.compile(
            folder.resolve("more"),
            Map.of(
                "more/Two.java",
                "package more; public class Two implements app.Greeting { public String text() { return \"two\"; } }"),
            jar);
    Files.createDirectories(more.resolve("app"));
    Files.writeString(more.resolve("app/both.txt"), "2");
    service(more, "more.Two");

    List<String> expected = List.of("one", "two", "new", "1.2.3", "true", "2", "app.jar");
    try (Job job = new Job(jar, more)) {
      assertThat(job.run("app.Main")).as("one by one").isEqualTo(expected);
      job.awaitCodeOnNode();
      assertThat(job.run("app.Main")).as("in place").isEqualTo(expected);
    }
  }

  private static void service(Path classes, String provider) throws Exception {
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve("app.Greeting"), provider);
  }

  @Test
  void aClassThatIsNowhereSaysWhoNeedsItAndWhereItWasLookedFor() throws Exception {
    Path classes =
        TestCode.compile(
            folder,
            Map.of(
                "app/Main.java",
                """
                package app;
                import ray.*;
                public class Main implements java.util.concurrent.Callable<Object> {
                  static String use() {
                    try {
                      return Missing.text();
                    } catch (NoClassDefFoundError e) {
                      return e.getCause().getMessage();
                    }
                  }
                  public Object call() { return Ray.remote(Main::use).name("mine").remote().get(); }
                }
                """,
                "app/Missing.java",
                "package app; class Missing { static String text() { return \"?\"; } }"));
    Files.delete(classes.resolve("app/Missing.class"));
    try (Job job = new Job(classes)) {
      String said = (String) job.run("app.Main");
      assertThat(said)
          .startsWith(
              "class app.Missing, which task 'mine' of job "
                  + Long.toHexString(job.ray.job())
                  + " needs, is nowhere. It was looked for in the JDK of worker ")
          .contains("the program, process " + ProcessHandle.current().pid())
          .contains(System.getProperty("java.class.path").split(File.pathSeparator)[0])
          .contains("Put it on the class path of the program");
      job.awaitCodeOnNode();
    }
  }
}
