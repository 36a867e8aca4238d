package ray.docs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Compiles a program in memory and runs its {@code main} in this JVM, as {@code java Program.java}
 * does, catching what it prints. Only one runs at a time: it takes the JVM's standard streams and
 * its default Ray.
 */
final class ProgramRunner {
  private ProgramRunner() {}

  /**
   * What a program printed.
   *
   * @param out on standard output
   * @param err on standard error
   */
  record Output(String out, String err) {}

  /** Compiles; the classes can be loaded from the returned loader. */
  static ClassLoader compile(String className, String source, String place) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    try (Classes classes = new Classes(compiler)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  classes,
                  problems,
                  List.of(
                      "-parameters",
                      "-classpath",
                      System.getProperty("java.class.path"),
                      "-proc:none"),
                  null,
                  List.of(new Source(className, source)))
              .call();
      if (!compiled) {
        throw new AssertionError(
            place
                + " does not compile:\n"
                + problems.getDiagnostics().stream()
                    .map(Object::toString)
                    .collect(Collectors.joining("\n"))
                + "\n"
                + numbered(source));
      }
      return classes.loader();
    }
  }

  private static String numbered(String source) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (String line : source.split("\n", -1)) {
      text.append("%4d  %s%n".formatted(++number, line));
    }
    return text.toString();
  }

  /** Runs a program's {@code main}. */
  static Output run(Program program) throws Exception {
    ClassLoader loader = compile(program.className(), program.source(), program.place());
    Class<?> type = loader.loadClass(program.className());
    Constructor<?> constructor = type.getDeclaredConstructor();
    Method main = type.getDeclaredMethod("main");
    constructor.setAccessible(true);
    main.setAccessible(true);
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    ClassLoader loaderBefore = Thread.currentThread().getContextClassLoader();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream outTo = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errTo = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      System.setOut(outTo);
      System.setErr(errTo);
      Thread.currentThread().setContextClassLoader(loader);
      main.invoke(constructor.newInstance());
    } catch (InvocationTargetException e) {
      throw new AssertionError(
          program.place()
              + " failed: "
              + e.getCause()
              + "\nafter it had printed\n"
              + out.toString(StandardCharsets.UTF_8),
          e.getCause());
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
      Thread.currentThread().setContextClassLoader(loaderBefore);
    }
    return new Output(out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a class of tests; returns how many passed. */
  static long runTests(Program program) throws IOException, ClassNotFoundException {
    ClassLoader loader = compile(program.className(), program.source(), program.place());
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    Launcher launcher = LauncherFactory.create();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(loader.loadClass(program.className())))
            .build(),
        listener);
    TestExecutionSummary summary = listener.getSummary();
    summary
        .getFailures()
        .forEach(failure -> {
          throw new AssertionError(
              program.place() + ": " + failure.getException(), failure.getException());
        });
    return summary.getTestsSucceededCount();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("memory:///" + className + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Compiled extends SimpleJavaFileObject {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Compiled(String className) {
      super(URI.create("memory:///" + className + ".class"), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /** Keeps compiled classes in memory. */
  private static final class Classes extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, Compiled> compiled = new HashMap<>();

    Classes(JavaCompiler compiler) {
      super(compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8));
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return compiled.computeIfAbsent(className, Compiled::new);
    }

    ClassLoader loader() {
      Map<String, byte[]> classes = new HashMap<>();
      compiled.forEach((name, file) -> classes.put(name, file.bytes.toByteArray()));
      return new ClassLoader(ProgramRunner.class.getClassLoader()) {
        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
          byte[] bytes = classes.get(name);
          if (bytes == null) {
            throw new ClassNotFoundException(name);
          }
          return defineClass(name, bytes, 0, bytes.length);
        }
      };
    }
  }
}
