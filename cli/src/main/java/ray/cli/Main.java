package ray.cli;

/** Where the {@code ray} command starts. The process ends with the command's exit code. */
public final class Main {
  private Main() {}

  /**
   * Runs the command and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    System.exit(RayCommandLine.run(arguments));
  }
}
