package ray.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import ray.RayStateException;
import ray.processes.NodeClient;
import ray.processes.RunningNode;

/** Which node a command looks at. */
final class NodeAddress {
  @Option(
      names = "--address",
      paramLabel = "ray://HOST:PORT",
      description = "The node (default: RAY_ADDRESS, or the one that runs on this machine).")
  private @Nullable String address;

  @Option(names = "--port", paramLabel = "N", description = "The node at this port here.")
  private @Nullable Integer port;

  /** Connects to it. */
  NodeClient connect() throws IOException, CommandFailedException {
    try {
      return NodeClient.connect(find());
    } catch (RayStateException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Where its logs lie. Those of a node on this machine that has died are there until `ray stop`
   * removes them, so they are found without it.
   */
  Path logs() throws IOException, CommandFailedException {
    Optional<RunningNode> noted = noted();
    if (noted.isPresent()) {
      return noted.get().logs();
    }
    try (NodeClient node = connect()) {
      return node.logs();
    }
  }

  private Optional<RunningNode> noted() throws IOException, CommandFailedException {
    List<RunningNode> all = RunningNode.all();
    if (address == null && port == null && System.getenv("RAY_ADDRESS") == null) {
      if (all.size() == 1) {
        return Optional.of(all.getFirst());
      }
      if (all.stream().noneMatch(RunningNode::isAlive) && all.size() > 1) {
        throw new CommandFailedException(
            "several nodes have ended and left their logs: say which by --port, one of "
                + all.stream().map(RunningNode::port).toList());
      }
    }
    String wanted = find();
    return all.stream().filter(node -> node.address().equals(wanted)).findFirst();
  }

  private String find() throws IOException, CommandFailedException {
    if (address != null) {
      return address;
    }
    if (port != null) {
      return RunningNode.at(port).map(RunningNode::address).orElse("ray://127.0.0.1:" + port);
    }
    String named = System.getenv("RAY_ADDRESS");
    if (named != null) {
      return named;
    }
    List<RunningNode> running = RunningNode.all().stream().filter(RunningNode::isAlive).toList();
    if (running.size() == 1) {
      return running.getFirst().address();
    }
    throw new CommandFailedException(
        running.isEmpty()
            ? "no node of yours runs on this machine: start one with `ray start --head`, or give"
                + " --address"
            : "several nodes run on this machine: say which by --port, one of "
                + running.stream().map(RunningNode::port).toList());
  }
}
