package ray.cli;

import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ray completion SHELL}: prints a script that completes Ray's commands and options. */
@Command(
    name = "completion",
    description = "Print a completion script for bash, zsh or fish.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "bash, zsh:  source <(ray completion bash)",
      "fish:       ray completion fish | source"
    })
final class CompletionCommand implements Runnable {
  /** The shells that have a script. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The words that stand for the shells, for completion and for messages. */
  static final class ShellWords implements Iterable<String>, ITypeConverter<Shell> {
    @Override
    public Iterator<String> iterator() {
      return Stream.of(Shell.values()).map(Shell::word).iterator();
    }

    @Override
    public Shell convert(String word) {
      return Stream.of(Shell.values())
          .filter(shell -> shell.word().equalsIgnoreCase(word))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "'%s' is not one of %s".formatted(word, String.join(", ", this))));
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "SHELL",
      defaultValue = "bash",
      converter = ShellWords.class,
      completionCandidates = ShellWords.class,
      description = "bash, zsh or fish; bash if left out.")
  private Shell shell = Shell.BASH;

  @Override
  public void run() {
    CommandLine ray = spec.root().commandLine();
    spec.commandLine()
        .getOut()
        .print(
            switch (shell) {
              // One script serves both: it turns on zsh's compatibility with bash's completions.
              case BASH, ZSH -> AutoComplete.bash(ray.getCommandName(), ray);
              case FISH -> FishCompletion.script(ray);
            });
    spec.commandLine().getOut().flush();
  }
}
