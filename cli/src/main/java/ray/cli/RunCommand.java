package ray.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code ray run Hello.java}: runs a Java source file with Ray on its class path, in a JVM of its
 * own. The exit code is the program's.
 */
@Command(
    name = RunCommand.NAME,
    description = "Run a Java source file with Ray on its class path.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  static final String NAME = "run";

  @Parameters(index = "0", paramLabel = "FILE.java", description = "The program.")
  private Path file = Path.of("");

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENT",
      description = "Passed on to the program.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailedException("there is no file '" + file + "'; name a Java source file");
    }
    if (!file.toString().endsWith(".java")) {
      throw new CommandFailedException(
          "'"
              + file
              + "' is not a Java source file (its name must end in .java); run compiled classes"
              + " with java -cp \"$(ray classpath):CLASSES\" MAIN");
    }
    return new ProcessBuilder(commandLine()).inheritIO().start().waitFor();
  }

  private List<String> commandLine() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(file.toString());
    words.addAll(arguments);
    return words;
  }
}
