package ray.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Answers a wrong command line: one line that says what is wrong, the nearest thing that exists,
 * and where the help is.
 */
final class UsageErrors implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + message(error));
    err.println("Try '" + name + " --help'.");
    return ExitCode.USAGE;
  }

  private static String message(ParameterException error) {
    if (!(error instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return uncapitalized(String.valueOf(error.getMessage()));
    }
    CommandLine command = error.getCommandLine();
    String word = unmatched.getUnmatched().getFirst();
    boolean option = word.startsWith("-");
    List<String> known = option ? optionsOf(command) : commandsOf(command);
    String what = option ? "option" : known.isEmpty() ? "argument" : "command";
    Optional<String> nearest = Nearest.to(nameOf(word), known);
    return "unknown "
        + what
        + " '"
        + word
        + "'"
        + nearest.map(meant -> ". Did you mean '" + meant + "'?").orElse("");
  }

  /** An option's name without the value that may stand behind it. */
  private static String nameOf(String word) {
    int equals = word.indexOf('=');
    return equals > 0 && word.startsWith("-") ? word.substring(0, equals) : word;
  }

  private static List<String> optionsOf(CommandLine command) {
    List<String> names = new ArrayList<>();
    command.getCommandSpec().options().forEach(option -> names.addAll(List.of(option.names())));
    return names;
  }

  private static List<String> commandsOf(CommandLine command) {
    return List.copyOf(command.getSubcommands().keySet());
  }

  private static String uncapitalized(String text) {
    boolean sentence = text.length() > 1 && Character.isLowerCase(text.charAt(1));
    return sentence ? Character.toLowerCase(text.charAt(0)) + text.substring(1) : text;
  }
}
