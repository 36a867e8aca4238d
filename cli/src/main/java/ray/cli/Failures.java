package ray.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Answers a command that failed: one line on standard error, the stack trace only on request. */
final class Failures implements IExecutionExceptionHandler {
  private static final OptionSpec VERBOSE =
      OptionSpec.builder("--verbose")
          .type(boolean.class)
          .description("Show the stack trace of a failure.")
          .build();

  /**
   * Gives {@code --verbose} to a command and to those below it, but to those that have their own.
   */
  static void addVerboseTo(CommandLine command) {
    if (command.getCommandSpec().findOption(VERBOSE.longestName()) == null) {
      command.getCommandSpec().addOption(OptionSpec.builder(VERBOSE).build());
    }
    command.getSubcommands().values().forEach(Failures::addVerboseTo);
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult arguments) {
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + message(failure));
    if (isVerbose(arguments)) {
      failure.printStackTrace(err);
    } else if (!(failure instanceof CommandFailedException)) {
      err.println("(" + VERBOSE.longestName() + " shows the stack trace.)");
    }
    return ExitCode.FAILED;
  }

  private static boolean isVerbose(ParseResult arguments) {
    return arguments.originalArgs().contains(VERBOSE.longestName());
  }

  /** A message of one line: most exceptions of others say too little without their type. */
  private static String message(Exception failure) {
    String text = failure.getMessage();
    if (text == null || text.isBlank()) {
      return "failed: " + failure.getClass().getName();
    }
    String line = String.join(" ", Arrays.stream(text.split("\\R")).map(String::strip).toList());
    return speaksForItself(failure) ? line : failure.getClass().getSimpleName() + ": " + line;
  }

  private static boolean speaksForItself(Exception failure) {
    return failure instanceof CommandFailedException
        || failure instanceof ray.RayException
        || failure instanceof IllegalArgumentException
        || failure instanceof IllegalStateException;
  }
}
