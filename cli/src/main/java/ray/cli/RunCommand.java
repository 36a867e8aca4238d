package ray.cli;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ray run}: runs a program with Ray on its class path, in a JVM of its own: a Java source
 * file, a jar, or a class. The exit code is the program's. The launcher does the same without this
 * command, with an AOT cache, where nothing is wrong with what it is given.
 */
@Command(
    name = RunCommand.NAME,
    description = "Run a program with Ray on its class path: a source file, a jar or a class.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Ray's own libraries come first on the class path. A program that has other versions of",
      "them runs with  java -cp \"CLASSES:$$(ray classpath)\" MAIN"
    })
final class RunCommand implements Callable<Integer> {
  static final String NAME = "run";

  @Option(
      names = {"-cp", "-classpath", "--class-path"},
      paramLabel = "PATH",
      description = "Jars and folders of the program, as java has them.")
  private @Nullable String classPath;

  @Parameters(
      index = "0",
      paramLabel = "PROGRAM",
      description = "FILE.java, FILE.jar, or with -cp the name of a class.")
  private String program = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENT",
      description = "Passed on to the program.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    Process process = new ProcessBuilder(commandLine()).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return process.waitFor();
  }

  private List<String> commandLine() throws CommandFailedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What Ray needs, and what the user has asked for.
    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    words.add("-cp");
    if (program.endsWith(".java")) {
      words.add(classPath(classPath));
      words.add(file());
    } else if (program.endsWith(".jar")) {
      words.add(classPath(file(), classPath));
      words.add(JarProgram.class.getName());
      words.add(file());
    } else if (classPath == null) {
      throw new CommandFailedException(
          "'"
              + program
              + "' is not a Java source file (its name must end in .java) and no jar; run a"
              + " compiled class with: ray run -cp CLASSES MAIN");
    } else {
      words.add(classPath(classPath));
      words.add(program);
    }
    words.addAll(arguments);
    return words;
  }

  private String file() throws CommandFailedException {
    if (!Files.isRegularFile(Path.of(program))) {
      throw new CommandFailedException(
          "there is no file '" + program + "'; name a Java source file or a jar");
    }
    return program;
  }

  /** Ray's, which has to come first for the AOT cache to fit, and the program's. */
  private static String classPath(@Nullable String... programs) {
    List<String> path = new ArrayList<>();
    path.add(System.getProperty("java.class.path"));
    for (String each : programs) {
      if (each != null) {
        path.add(each);
      }
    }
    return String.join(File.pathSeparator, path);
  }
}
