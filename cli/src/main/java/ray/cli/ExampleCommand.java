package ray.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import ray.examples.imagenet.ImageNetCommand;

/** {@code ray example}: lists the examples; each is a command below this one. */
@Command(
    name = "example",
    description = "Run an example; without a name, list them.",
    mixinStandardHelpOptions = true,
    subcommands = {ImageNetCommand.class})
final class ExampleCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Examples:");
    spec.subcommands().forEach((name, example) -> out.println(line(name, example)));
    out.println("Run one with:  ray example NAME");
    out.println("on a node:     ray example NAME --address ray://127.0.0.1:6379");
  }

  private static String line(String name, CommandLine example) {
    String[] description = example.getCommandSpec().usageMessage().description();
    return "  %-12s %s".formatted(name, description.length == 0 ? "" : description[0]);
  }
}
