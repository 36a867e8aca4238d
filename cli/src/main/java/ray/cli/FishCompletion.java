package ray.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Writes the completion script of fish, which picocli lacks: a line for each command and each
 * option, offered where the words typed before it are those of its command.
 */
final class FishCompletion {
  private final String name;
  private final StringBuilder script = new StringBuilder();

  private FishCompletion(String name) {
    this.name = name;
  }

  /** The script for a command line and all commands below it. */
  static String script(CommandLine commandLine) {
    FishCompletion completion = new FishCompletion(commandLine.getCommandName());
    completion.add(commandLine, new ArrayList<>());
    return completion.script.toString();
  }

  private void add(CommandLine command, List<String> path) {
    CommandSpec spec = command.getCommandSpec();
    String condition = condition(path, command.getSubcommands().keySet());
    command
        .getSubcommands()
        .forEach((word, below) -> {
          String description = firstLine(below.getCommandSpec().usageMessage().description());
          line(condition + " -f -a " + word, description);
        });
    for (OptionSpec option : spec.options()) {
      line(condition + names(option), firstLine(option.description()));
    }
    command
        .getSubcommands()
        .forEach((word, below) -> {
          List<String> longer = new ArrayList<>(path);
          longer.add(word);
          add(below, longer);
        });
  }

  private void line(String what, String description) {
    script
        .append("complete -c ")
        .append(name)
        .append(what)
        .append(" -d '")
        .append(description.replace("\\", "\\\\").replace("'", "\\'"))
        .append("'\n");
  }

  private static String condition(List<String> path, Iterable<String> below) {
    StringBuilder condition = new StringBuilder(" -n '");
    if (path.isEmpty()) {
      return condition.append("__fish_use_subcommand'").toString();
    }
    for (int i = 0; i < path.size(); i++) {
      condition
          .append(i == 0 ? "" : "; and ")
          .append("__fish_seen_subcommand_from ")
          .append(path.get(i));
    }
    String others = String.join(" ", below);
    if (!others.isEmpty()) {
      condition.append("; and not __fish_seen_subcommand_from ").append(others);
    }
    return condition.append("'").toString();
  }

  private static String names(OptionSpec option) {
    StringBuilder names = new StringBuilder();
    for (String word : option.names()) {
      names.append(word.startsWith("--") ? " -l " : " -s ").append(word.replaceFirst("^-+", ""));
    }
    return names.append(option.arity().max() > 0 ? " -r" : "").toString();
  }

  private static String firstLine(String[] description) {
    return description.length == 0 ? "" : description[0];
  }
}
