package ray.cli;

/**
 * The exit codes of the {@code ray} command; scripts rely on them. Ctrl-C gives 130, by the JVM.
 */
final class ExitCode {
  /** All went well. */
  static final int OK = 0;

  /** The command was understood and failed. */
  static final int FAILED = 1;

  /** The command line itself is wrong. */
  static final int USAGE = 2;

  private ExitCode() {}
}
