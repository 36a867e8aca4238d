package ray.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells another JVM of this user to do something, by the {@code jcmd} of this JVM's JDK. */
final class Jcmd {
  private Jcmd() {}

  /**
   * Runs a diagnostic command in a process, and waits for its end.
   *
   * @return what it said
   * @throws CommandFailedException if the process does not do it, saying why
   */
  static String run(Target target, String... words)
      throws IOException, InterruptedException, CommandFailedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      throw new CommandFailedException(
          "there is no " + jcmd + ", which comes with a JDK: start ray with a JDK, not a JRE");
    }
    List<String> command = new ArrayList<>();
    command.add(jcmd.toString());
    command.add("-J-XX:TieredStopAtLevel=1");
    command.add("-J-XX:+UseSerialGC");
    command.add(Long.toString(target.pid()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // The first line repeats the process's number.
    String answer = said.startsWith(target.pid() + ":") ? afterLine(said) : said;
    if (process.waitFor() != 0) {
      throw new CommandFailedException(
          target.name() + " does not do that: " + answer.lines().findFirst().orElse("no reason"));
    }
    return answer;
  }

  private static String afterLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? "" : text.substring(end + 1);
  }

  /** A file as an argument. */
  static String quoted(Path file) {
    return '"' + file.toAbsolutePath().toString() + '"';
  }
}
