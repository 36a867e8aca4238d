package ray.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/**
 * The {@code ray} command line, put together: its commands, how they fail and with which exit code.
 */
final class RayCommandLine {
  private RayCommandLine() {}

  /** Runs the command on the process's own streams and returns its exit code. */
  static int run(String... arguments) {
    return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
  }

  /** Runs the command, printing to {@code out} and {@code err}, and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return create().setOut(out).setErr(err).execute(arguments);
  }

  /** The command line, ready to execute or to look at. */
  static CommandLine create() {
    CommandLine commandLine = new CommandLine(new RayCommand());
    // Kept for commands that pass their last arguments on: `ray run Hello.java --option`.
    commandLine.getSubcommands().get(RunCommand.NAME).setStopAtPositional(true);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(new Failures());
  }
}
