package ray.cli;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * What the launcher runs once while the JDK watches, so that later starts find its classes loaded
 * and linked (JEP 514). It does what commands and programs do first.
 */
public final class Training {
  private Training() {}

  /**
   * Runs the commands.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    commands();
  }

  private static void commands() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    RayCommandLine.run(nowhere, nowhere, "--version");
    RayCommandLine.run(nowhere, nowhere, "--help");
    RayCommandLine.run(nowhere, nowhere, "example");
    RayCommandLine.run(nowhere, nowhere, "exampel");
    RayCommandLine.run(nowhere, nowhere, "completion", "bash");
    RayCommandLine.run(nowhere, nowhere, "run", "no-such-file.java");
  }
}
