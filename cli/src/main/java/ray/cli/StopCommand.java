package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import ray.processes.RunningNode;

/** {@code ray stop}: ends nodes of this user on this machine. */
@Command(
    name = "stop",
    description = "Stop the nodes that you started on this machine, with all that runs on them.",
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private static final long PATIENCE_MS = 10_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--port", paramLabel = "N", description = "Only the node at this port.")
  private @Nullable Integer port;

  @Option(names = "--force", description = "At once, without giving them time.")
  private boolean force;

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    List<RunningNode> nodes =
        port == null ? RunningNode.all() : RunningNode.at(port).map(List::of).orElse(List.of());
    PrintWriter out = spec.commandLine().getOut();
    int stopped = 0;
    for (RunningNode node : nodes) {
      boolean alive = node.isAlive();
      if (!node.stop(force, PATIENCE_MS)) {
        throw new CommandFailedException(
            "the node at port "
                + node.port()
                + " (process "
                + node.pid()
                + ") did not end within "
                + PATIENCE_MS / 1000
                + " s; try: ray stop --force");
      }
      if (alive) {
        stopped++;
        out.println("Stopped the node at port " + node.port() + ".");
      } else {
        out.println(
            "The node at port " + node.port() + " had ended already; its files are removed.");
      }
    }
    if (stopped == 0 && nodes.isEmpty()) {
      throw new CommandFailedException(
          port == null
              ? "no node of yours runs on this machine; start one with `ray start --head`"
              : "no node of yours runs at port " + port + "; `ray stop` stops all there are");
    }
    return ExitCode.OK;
  }
}
