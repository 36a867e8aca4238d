package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import ray.ActorInfo;
import ray.NodeInfo;
import ray.Resources;
import ray.processes.MemoryUse;
import ray.processes.NodeClient;

/** {@code ray status}: what a node has and how busy it is. */
@Command(
    name = "status",
    description = "Show what a node has, and how much of it is in use.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final double GIB = 1L << 30;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeAddress address = new NodeAddress();

  @Override
  public Integer call() throws IOException, CommandFailedException {
    PrintWriter out = spec.commandLine().getOut();
    try (NodeClient node = address.connect()) {
      NodeClient.Status status = node.status();
      for (NodeInfo view : node.nodes()) {
        out.println("node " + view.id() + ", process " + status.pid());
        for (String name : view.total().units().keySet().stream().sorted().toList()) {
          out.println("  " + name + ": " + use(name, view.total(), view.available()));
        }
      }
      out.println(
          "  object store: "
              + gib(status.usedBytes())
              + " of "
              + gib(status.storeBytes())
              + " in use");
      sayMemory(out, node.memory());
      out.println("programs: " + status.drivers() + ", workers: " + status.workers());
      out.println(
          "runs and actors with resources: "
              + (status.leases() - status.blocked())
              + ", waiting in a get: "
              + status.blocked());
      Map<ActorInfo.State, Integer> states = new TreeMap<>();
      node.actors().forEach(actor -> states.merge(actor.state(), 1, Integer::sum));
      out.println("actors: " + (states.isEmpty() ? "none" : states));
    }
    return ExitCode.OK;
  }

  private static void sayMemory(PrintWriter out, MemoryUse memory) {
    String threshold =
        memory.thresholdMillionths() == 0
            ? "workers are never ended for that"
            : "workers are ended from " + number(memory.thresholdMillionths() / 1e4) + " % on";
    out.println(
        "  memory of "
            + memory.what()
            + ": "
            + gib(memory.usedBytes())
            + " of "
            + gib(memory.limitBytes())
            + " in use, "
            + threshold);
    if (memory.ended() > 0) {
      out.println(
          "  ended for want of memory: " + memory.ended() + ", the last at " + memory.last());
    }
  }

  private static String use(String name, Resources total, Resources available) {
    double all = total.amount(name);
    double used = all - available.amount(name);
    return name.equals(Resources.MEMORY)
        ? gib((long) used) + " of " + gib((long) all) + " in use"
        : number(used) + " of " + number(all) + " in use";
  }

  private static String number(double amount) {
    return amount == Math.rint(amount) ? Long.toString((long) amount) : Double.toString(amount);
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
  }
}
