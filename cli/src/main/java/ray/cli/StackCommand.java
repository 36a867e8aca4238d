package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ray stack}: what the threads of a process are doing. */
@Command(
    name = "stack",
    description = "Show what the threads of a worker are doing, virtual ones too.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Tasks run on virtual threads called ray-task, or on a thread that waits for",
      "them.",
      "",
      "  ray stack 12345             a worker, a program or the node, by its number",
      "  ray stack Hello.square      the worker where that task runs",
      "  ray stack 3fa9c1-actor-2    the worker where that actor lives",
      "  ray stack node --locks"
    })
final class StackCommand implements Callable<Integer> {
  /** Where the dump is written before it is printed: the JVM that is asked writes only files. */
  private static final String DUMP = "threads";

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ChosenProcess process = new ChosenProcess();

  @Option(names = "--json", description = "Print the JDK's dump as JSON, for programs.")
  private boolean json;

  @Option(
      names = "--locks",
      description = "Show platform threads with the locks that they hold, and deadlocks.")
  private boolean locks;

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    Target target = process.find();
    PrintWriter out = spec.commandLine().getOut();
    if (locks) {
      out.print(Jcmd.run(target, "Thread.print", "-l"));
      out.flush();
      return ExitCode.OK;
    }
    // Readable by nobody else, as stacks may be.
    Path folder = Files.createTempDirectory("ray-stack-");
    try {
      Path dump = folder.resolve(DUMP);
      String format = "-format=" + (json ? "json" : "plain");
      Jcmd.run(target, "Thread.dump_to_file", format, Jcmd.quoted(dump));
      if (!json) {
        out.println(target.name());
      }
      Files.readString(dump).lines().forEach(out::println);
    } finally {
      Files.deleteIfExists(folder.resolve(DUMP));
      Files.delete(folder);
    }
    return ExitCode.OK;
  }
}
