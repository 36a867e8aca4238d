package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the launcher runs once while the JDK watches, so that later starts of the command find its
 * classes loaded and linked (JEP 514). It does what users do first.
 */
public final class Training {
  private Training() {}

  /**
   * Runs the commands.
   *
   * @param arguments none
   * @throws IOException if there is no room for a temporary file
   */
  public static void main(String[] arguments) throws IOException {
    run("--version");
    run("--help");
    run("example");
    run("exampel");
    run("run", "no-such-file.java");
    Path mean = Files.createTempFile("ray-training", ".png");
    try {
      run("example", "imagenet", "--mean", mean.toString());
    } finally {
      Files.deleteIfExists(mean);
    }
  }

  private static void run(String... words) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    RayCommandLine.run(nowhere, nowhere, words);
  }
}
