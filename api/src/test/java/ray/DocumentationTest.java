package ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The public API is documented in full: the compiler's doclint looks at every public and protected
 * type and member. Tags are left to the writer's judgement, as a summary often says it all.
 */
class DocumentationTest {
  private static final Path SOURCES = Path.of("src", "main", "java");

  /** What doclint says of tags left out. */
  private static final String TAG_LEFT_OUT = "no @(param|return|throws) .*|no @return";

  @TempDir Path classes;

  @Test
  void everyPublicTypeAndMemberIsDocumented() throws IOException {
    assertThat(complaints(javaFilesBelow(SOURCES))).isEmpty();
  }

  @Test
  void undocumentedMemberIsFound() throws IOException {
    Path file =
        Files.writeString(
            classes.resolve("Bare.java"), "/** A. */ public class Bare { public int x; }");

    assertThat(complaints(List.of(file))).anyMatch(complaint -> complaint.endsWith("no comment"));
  }

  private List<String> complaints(List<Path> files) throws IOException {
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-Xdoclint:all/protected",
            "-Xlint:none",
            "-Xmaxwarns",
            "100000",
            "-proc:none",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString());
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
      compiler
          .getTask(
              null, manager, diagnostics, options, null, manager.getJavaFileObjectsFromPaths(files))
          .call();
    }
    return diagnostics.getDiagnostics().stream()
        .filter(diagnostic -> !diagnostic.getMessage(Locale.ROOT).matches(TAG_LEFT_OUT))
        .map(DocumentationTest::complaint)
        .toList();
  }

  private static String complaint(Diagnostic<? extends JavaFileObject> diagnostic) {
    JavaFileObject source = diagnostic.getSource();
    String place = source == null ? "" : source.getName() + ":" + diagnostic.getLineNumber() + ": ";
    return place + diagnostic.getMessage(Locale.ROOT);
  }

  private static List<Path> javaFilesBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }
}
