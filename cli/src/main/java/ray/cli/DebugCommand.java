package ray.cli;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import ray.processes.NodeClient;

/** {@code ray debug}: says where a debugger can attach to a process. */
@Command(
    name = "debug",
    description = "Say where a debugger can attach to a worker.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The worker must have been started for it: by `ray start --head --debug`, or by",
      "debug() on a task's or an actor's options. It listens on this machine alone.",
      "",
      "  ray debug Hello.square      the worker where that task runs",
      "  ray debug 3fa9c1-actor-2    the worker where that actor lives",
      "  jdb -attach 127.0.0.1:PORT"
    })
final class DebugCommand implements Callable<Integer> {
  /** Where the JVM keeps, for those who attach to it, the transport and port that it listens at. */
  private static final String LISTENER = "sun.jdwp.listenerAddress";

  private static final String TRANSPORT = "dt_socket:";

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeAddress address = new NodeAddress();

  @Parameters(
      paramLabel = "WHO",
      description = "A process's number or id, or a task's or an actor's name or id.")
  private String who = "";

  @Override
  public Integer call() throws IOException, CommandFailedException {
    Target target;
    try (NodeClient node = address.connect()) {
      target = Target.find(node, who);
    }
    String listener = listener(target);
    if (!listener.startsWith(TRANSPORT)) {
      throw new CommandFailedException(
          target.name()
              + " was not started for a debugger: start the node with `ray start --head --debug`,"
              + " or use debug() on the task or actor");
    }
    String port = listener.substring(listener.lastIndexOf(':') + 1);
    PrintWriter out = spec.commandLine().getOut();
    out.println(target.name() + " listens for a debugger at 127.0.0.1:" + port);
    out.println("  attach one:  jdb -attach 127.0.0.1:" + port);
    return ExitCode.OK;
  }

  private static String listener(Target target) throws IOException, CommandFailedException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(target.pid()));
      try {
        return machine.getAgentProperties().getProperty(LISTENER, "");
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new CommandFailedException(target.name() + " does not let itself be looked into: " + e);
    }
  }
}
