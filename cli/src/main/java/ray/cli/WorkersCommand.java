package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.EndedWorkers;
import ray.RayStateException;
import ray.processes.Member;
import ray.processes.NodeClient;

/** {@code ray workers}: ends the workers of a program, or exchanges them for new ones. */
@Command(
    name = "workers",
    description = "End the workers of a program, or exchange them for new ones.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(kill | restart)",
    subcommands = {WorkersCommand.Kill.class, WorkersCommand.Restart.class},
    footer = {"", "Objects that programs hold stay. See the workers with:  ray list workers"})
final class WorkersCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    CommandLine workers = spec.commandLine();
    throw new ParameterException(workers, "say what is to become of the workers: kill or restart");
  }

  /** {@code ray workers kill}. */
  @Command(
      name = "kill",
      description = "End all workers of a program; its next task starts another.",
      mixinStandardHelpOptions = true)
  static final class Kill extends End {
    @Override
    boolean restarts() {
      return false;
    }
  }

  /** {@code ray workers restart}. */
  @Command(
      name = "restart",
      description = {
        "End all workers of a program, and start another.",
        "It runs the code that lies on the program's class path by now."
      },
      mixinStandardHelpOptions = true)
  static final class Restart extends End {
    @Override
    boolean restarts() {
      return true;
    }
  }

  /** What both do. */
  abstract static class End implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private NodeAddress address = new NodeAddress();

    @Option(
        names = "--job",
        paramLabel = "ID",
        description = "Whose workers: a job, or a program's process (default: the only one).")
    private @Nullable String wanted;

    @Option(
        names = "--force",
        description =
            "Also while tasks run or wait, or actors live: tasks are retried and actors restarted"
                + " as their options say, and what only workers own is lost.")
    private boolean force;

    abstract boolean restarts();

    @Override
    public Integer call() throws IOException, CommandFailedException {
      PrintWriter out = spec.commandLine().getOut();
      EndedWorkers ended;
      try (NodeClient node = address.connect()) {
        long job = choose(node.members()).job();
        ended = node.endWorkers(job, force, restarts());
      } catch (RayStateException e) {
        throw new CommandFailedException(String.valueOf(e.getMessage()));
      }
      out.println(
          (ended.ended() == 1 ? "1 worker" : ended.ended() + " workers")
              + " ended"
              + (restarts() ? ", and a new one runs." : "."));
      if (!ended.staying().isEmpty()) {
        spec.commandLine()
            .getErr()
            .println(
                "Some own objects that others hold, so they stay until those are let go, without"
                    + " any new task: "
                    + String.join(", ", ended.staying())
                    + " (--force ends them, and loses the objects)");
      }
      return ExitCode.OK;
    }

    private Member choose(List<Member> members) throws CommandFailedException {
      List<Member> programs = members.stream().filter(Member::isDriver).toList();
      List<Member> meant =
          programs.stream()
              .filter(each ->
                  wanted == null
                      || ShortIds.means(wanted, each.job())
                      || wanted.equals(Long.toString(each.pid())))
              .toList();
      if (meant.size() == 1) {
        return meant.getFirst();
      }
      if (programs.isEmpty()) {
        throw new CommandFailedException(
            "no program is connected to the node, so it has no workers of any");
      }
      String all =
          programs.stream()
              .map(each -> Long.toHexString(each.job()) + " (program " + each.pid() + ")")
              .collect(Collectors.joining(", "));
      throw new CommandFailedException(
          wanted == null
              ? "several programs are connected: say whose workers by --job, one of " + all
              : "no one job is called '" + wanted + "': give one of " + all);
    }
  }
}
