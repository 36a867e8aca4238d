package ray.simulator.planted;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import ray.simulator.cores.CoreClassLoader;
import ray.simulator.cores.CoreSources;

/** Compiles a core with a bug in it, in memory, against the product's classes. */
final class PatchedCores {
  private final CoreSources sources;

  /**
   * Cores made of these sources.
   *
   * @throws PlantingException if they are not at hand
   */
  PatchedCores(CoreSources sources) {
    if (!sources.areThere()) {
      throw new PlantingException(
          "bugs are planted in the sources of Ray, but no folder "
              + CoreSources.FOLDER
              + " is above its class files or the working directory: run ./ray from a checkout of"
              + " the project");
    }
    this.sources = sources;
  }

  /**
   * A class loader in which the cores and the simulator are loaded anew, with the bug.
   *
   * @throws PlantingException if the file is not there, or the text not exactly once, or what comes
   *     of it does not compile
   */
  CoreClassLoader load(PlantedBug bug) {
    if (!sources.has(bug.source())) {
      throw new PlantingException(
          "planted bug '" + bug.name() + "': there is no file " + bug.source());
    }
    Map<String, byte[]> changed = compile(bug, bug.plantedIn(sources.text(bug.source())));
    return new CoreClassLoader((name, original) -> changed.getOrDefault(name, original));
  }

  private static Map<String, byte[]> compile(PlantedBug bug, String text) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new PlantingException(
          "planting bugs needs a Java compiler, which "
              + System.getProperty("java.home")
              + " lacks: use a JDK");
    }
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "-implicit:none",
            "-nowarn",
            "-classpath",
            System.getProperty("java.class.path"));
    StandardJavaFileManager files = compiler.getStandardFileManager(problems, Locale.ROOT, null);
    Outputs outputs = new Outputs(files);
    boolean compiled =
        compiler
            .getTask(
                null, outputs, problems, options, null, List.of(new Source(bug.source(), text)))
            .call();
    if (!compiled) {
      throw new PlantingException(
          "planted bug '"
              + bug.name()
              + "' does not compile: "
              + problems.getDiagnostics().stream()
                  .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                  .map(each -> each.getMessage(Locale.ROOT))
                  .collect(Collectors.joining("; ")));
    }
    return outputs.classes();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String file, String text) {
      super(URI.create("planted:///ray/core/" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class ClassFile extends SimpleJavaFileObject {
    private final String className;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ClassFile(String className) {
      super(URI.create("planted:///" + className.replace('.', '/') + ".class"), Kind.CLASS);
      this.className = className;
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /** Keeps what is compiled in memory. */
  private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
    private final List<ClassFile> files = new ArrayList<>();

    Outputs(JavaFileManager others) {
      super(others);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      ClassFile file = new ClassFile(className);
      files.add(file);
      return file;
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      files.forEach(file -> classes.put(file.className, file.bytes.toByteArray()));
      return classes;
    }
  }
}
