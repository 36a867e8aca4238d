package ray.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Answers a command that failed: one line on standard error, the stack trace only on request. */
final class Failures implements IExecutionExceptionHandler {
  private static final String VERBOSE = "--verbose";

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult arguments) {
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + message(failure));
    if (isVerbose(arguments)) {
      failure.printStackTrace(err);
    } else if (!(failure instanceof CommandFailedException)) {
      err.println("(" + VERBOSE + " shows the stack trace.)");
    }
    return ExitCode.FAILED;
  }

  private static boolean isVerbose(ParseResult arguments) {
    return arguments.originalArgs().contains(VERBOSE);
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
