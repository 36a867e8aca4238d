package ray.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import jdk.jshell.tool.JavaShellToolBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code ray shell}: JShell with Ray on its class path and imported. Snippets run in this JVM, so
 * that a Ray started in the shell shares its heap.
 */
@Command(
    name = "shell",
    description = "Open JShell with Ray imported; Ray.init() starts it.",
    mixinStandardHelpOptions = true)
final class ShellCommand implements Callable<Integer> {
  private static final String START_UP =
      """
      import module java.base;
      import ray.*;
      """;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE.jsh",
      description = "Snippets to run first; '-' reads them from standard input.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Path startUp = Files.createTempFile("ray-shell", ".jsh");
    try {
      Files.writeString(startUp, START_UP);
      return JavaShellToolBuilder.builder().start(arguments(startUp).toArray(String[]::new));
    } finally {
      Files.deleteIfExists(startUp);
    }
  }

  private List<String> arguments(Path startUp) throws IOException {
    List<String> words = new ArrayList<>();
    words.add("--execution=local");
    words.add("--class-path=" + System.getProperty("java.class.path"));
    words.add("--startup=PRINTING");
    words.add("--startup=" + startUp);
    files.forEach(file -> words.add(file.toString()));
    return words;
  }
}
