package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs typed into JShell: methods, lambdas, records and actors defined there run remotely, also
 * those defined after Ray was started. In the shell's own JVM, and in one beside it as the {@code
 * jshell} command has it.
 */
@Timeout(300)
class ShellTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");

  /** A shell that fails the test if a snippet does not compile or throws. */
  private record Shell(JShell jshell) implements AutoCloseable {
    static Shell start(String engine) {
      JShell jshell = JShell.builder().executionEngine(engine).remoteVMOptions("-Xmx256m").build();
      for (String entry : CLASS_PATH.split(File.pathSeparator)) {
        jshell.addToClasspath(entry);
      }
      Shell shell = new Shell(jshell);
      shell.eval("import java.util.*;");
      shell.eval("import ray.*;");
      return shell;
    }

    /** Evaluates one snippet and returns its value as the shell shows it. */
    String eval(String source) {
      String value = "";
      for (SnippetEvent event : jshell.eval(source)) {
        List<String> complaints =
            jshell
                .diagnostics(event.snippet())
                .map((Diag diag) -> diag.getMessage(null))
                .collect(Collectors.toList());
        assertThat(event.exception()).as("%s threw, %s", source, complaints).isNull();
        assertThat(event.status()).as("%s: %s", source, complaints).isEqualTo(Snippet.Status.VALID);
        value = event.value() == null ? value : event.value();
      }
      return value;
    }

    @Override
    public void close() {
      jshell.eval("if (Ray.isInitialized()) shared.close();");
      jshell.close();
    }
  }

  private static final String START =
      "RayInstance shared = Ray.init(RayOptions.defaults().address(\"local\").cpus(2)"
          + ".objectStore(16 << 20));";

  @ParameterizedTest
  @ValueSource(strings = {"jdi", "local"})
  void whatIsDefinedInTheShellRunsRemotely(String engine) {
    try (Shell shell = Shell.start(engine)) {
      shell.eval(START);

      shell.eval("int base = 100;");
      shell.eval("int square(int x) { return x * x + base; }");
      assertThat(shell.eval("Ray.remote((Integer x) -> square(x)).remote(9).get() + base"))
          .isEqualTo("281");

      shell.eval("class Counter { int n; int add(int by) { return n += by; } }");
      shell.eval("var counter = Ray.actor(Counter::new).remote();");
      assertThat(shell.eval("counter.call(Counter::add, counter.call(Counter::add, 5)).get()"))
          .isEqualTo("10");

      shell.eval("record Point(int x, List<String> names) {}");
      shell.eval(
          "Point moved(Point p) { return new Point(p.x() + 1, new ArrayList<>(p.names())); }");
      assertThat(
              shell.eval(
                  "Ray.remote((Point p) -> moved(p))"
                      + ".remote(new Point(1, new ArrayList<>(List.of(\"a\")))).get()"))
          .isEqualTo("Point[x=2, names=[a]]");

      shell.eval("class Mutable { int n = 3; int[] more = {1}; }");
      shell.eval(
          """
          String copies() {
            var mutable = new Mutable();
            var ref = Ray.put(mutable);
            mutable.n = 4;
            return ref.get().n + " " + Ray.remote((Mutable m) -> m.n + m.more[0]).remote(ref).get();
          }
          """);
      assertThat(shell.eval("copies()")).isEqualTo("\"3 4\"");

      shell.eval("class Odd extends RuntimeException { Odd() { super(\"typed\"); } }");
      shell.eval("int fail() { throw new Odd(); }");
      shell.eval(
          """
          String failure() {
            try {
              return "no failure but " + Ray.remote(() -> fail()).remote().get();
            } catch (Odd e) {
              return e.getMessage();
            }
          }
          """);
      assertThat(shell.eval("failure()")).isEqualTo("\"typed\"");
    }
  }
}
