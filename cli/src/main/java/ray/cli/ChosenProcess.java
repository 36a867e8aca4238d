package ray.cli;

import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import ray.processes.NodeClient;

/** Which process of which node a command looks into. */
final class ChosenProcess {
  @Mixin private NodeAddress address = new NodeAddress();

  @Parameters(
      index = "0",
      paramLabel = "WHO",
      description = "A process's number or id, a task's or an actor's name or id, or: node.")
  private String who = "";

  /** Asks the node for it. */
  Target find() throws IOException, CommandFailedException {
    try (NodeClient node = address.connect()) {
      return Target.find(node, who);
    }
  }
}
