package ray.cli;

import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The {@code ray} command line, put together: its commands, how they fail and with which exit code.
 */
final class RayCommandLine {
  private RayCommandLine() {}

  /** Runs the command on the process's own streams and returns its exit code. */
  static int run(String... arguments) {
    return run(
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        arguments);
  }

  /** Runs the command, printing to {@code out} and {@code err}, and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return create().setOut(out).setErr(err).execute(arguments);
  }

  /** The command line, ready to execute or to look at. */
  static CommandLine create() {
    CommandLine commandLine = new CommandLine(new RayCommand());
    // What follows the program's name is the program's: `ray run Hello.java --option`.
    CommandLine run = Objects.requireNonNull(commandLine.getSubcommands().get(RunCommand.NAME));
    run.setStopAtPositional(true);
    return complete(commandLine);
  }

  /** With {@code ray start} alone: to put all the others together takes longer than to run it. */
  static CommandLine create(StartCommand start) {
    return complete(
        new CommandLine(CommandSpec.create().name(RayCommand.NAME)).addSubcommand(start));
  }

  private static CommandLine complete(CommandLine commandLine) {
    Failures.addVerboseTo(commandLine);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(new Failures());
  }
}
