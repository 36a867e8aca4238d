package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ray heap}: what is in the heap of a process. */
@Command(
    name = "heap",
    description = "Write the heap of a worker to a file, or count what is in it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The process stands still meanwhile, for about a second a gigabyte. The file is",
      "for tools such as Eclipse MAT or VisualVM; it holds the program's data. What",
      "lies in the object store is not in a heap: see `ray memory`.",
      "",
      "  ray heap 12345",
      "  ray heap counter --histogram"
    })
final class HeapCommand implements Callable<Integer> {
  /** Classes that take more than a few bytes are among these. */
  private static final int HISTOGRAM_LINES = 50;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ChosenProcess process = new ChosenProcess();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where the heap goes (default: ray-heap-PID.hprof in this folder).")
  private @Nullable Path file;

  @Option(names = "--histogram", description = "Print how many objects each class has, instead.")
  private boolean histogram;

  @Option(names = "--all", description = "With what the next garbage collection would remove.")
  private boolean all;

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    Target target = process.find();
    PrintWriter out = spec.commandLine().getOut();
    if (histogram) {
      String[] words =
          all ? new String[] {"GC.class_histogram", "-all"} : new String[] {"GC.class_histogram"};
      Jcmd.run(target, words).lines().limit(HISTOGRAM_LINES).forEach(out::println);
      return ExitCode.OK;
    }
    Path dump = OutputFile.check(file, "ray-heap-" + target.pid() + ".hprof");
    if (all) {
      Jcmd.run(target, "GC.heap_dump", "-all", Jcmd.quoted(dump));
    } else {
      Jcmd.run(target, "GC.heap_dump", Jcmd.quoted(dump));
    }
    out.println("The heap of " + target.name() + " is in " + OutputFile.describe(dump));
    return ExitCode.OK;
  }
}
