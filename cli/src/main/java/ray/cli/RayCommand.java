package ray.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.benchmarks.MicrobenchmarkCommand;
import ray.benchmarks.soak.SoakCommand;

/** {@code ray} itself: the list of commands. */
@Command(
    name = RayCommand.NAME,
    description = "Ray for Java: functions and objects that run in parallel, here or on a cluster.",
    versionProvider = VersionText.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ExampleCommand.class,
      RunCommand.class,
      ShellCommand.class,
      StartCommand.class,
      StatusCommand.class,
      ListCommand.class,
      MemoryCommand.class,
      LogsCommand.class,
      WorkersCommand.class,
      StackCommand.class,
      HeapCommand.class,
      JfrCommand.class,
      DebugCommand.class,
      StopCommand.class,
      MicrobenchmarkCommand.class,
      SoakCommand.class,
      SimulateCommand.class,
      ClassPathCommand.class,
      CompletionCommand.class
    },
    footer = {
      "",
      "To begin:  ray example imagenet",
      "Help on a command:  ray COMMAND --help",
      "JVM options are taken from the variable RAY_JAVA_OPTS."
    })
final class RayCommand implements Runnable {
  static final String NAME = "ray";

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Without a command there is nothing to do, which is an error that shows what there is. */
  @Override
  public void run() {
    CommandLine ray = spec.commandLine();
    ray.usage(ray.getErr());
    throw new ParameterException(ray, "no command was given");
  }
}
