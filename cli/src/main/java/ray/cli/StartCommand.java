package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.Resources;
import ray.processes.GpuDevices;
import ray.processes.LogLimits;
import ray.processes.MemoryLimits;
import ray.processes.NodeLauncher;
import ray.processes.NodeOptions;
import ray.processes.PortRange;
import ray.processes.RunningNode;

/** {@code ray start --head}: starts a node that programs connect to. */
@Command(
    name = "start",
    description = "Start a node on this machine, which programs connect to.",
    mixinStandardHelpOptions = true,
    footer = {"", "Stop it with:  ray stop"})
final class StartCommand implements Callable<Integer> {
  private static final int MAX_GPUS = GpuDevices.MAX;

  private final Starter starter;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--head", description = "The first node, with the control service.")
  private boolean head;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = {
        "The address of this machine at which it listens (default: ${DEFAULT-VALUE}, for",
        "programs of this machine alone). Another one lets programs of other machines in,",
        "0.0.0.0 by way of all of this machine's addresses. They need the node's token, and",
        "nothing but its port; what they say is not encrypted."
      })
  private String host = NodeOptions.LOOPBACK;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where programs find it; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port = NodeOptions.DEFAULT_PORT;

  @Option(
      names = "--num-cpus",
      paramLabel = "N",
      description = "How many CPUs tasks may hold together (default: all).")
  private @Nullable Double cpus;

  @Option(
      names = "--num-gpus",
      paramLabel = "N",
      description =
          "How many GPUs tasks may hold together (default: those of the machine that are visible).")
  private @Nullable Integer gpus;

  @Option(
      names = "--memory",
      paramLabel = "BYTES",
      description = "How much memory tasks may ask for together (default: what is free).")
  private @Nullable Long memoryBytes;

  @Option(
      names = "--object-store-memory",
      paramLabel = "BYTES",
      description = "The size of the object store (default: three tenths of what is free).")
  private @Nullable Long storeBytes;

  @Option(
      names = "--resources",
      paramLabel = "NAME=N",
      split = ",",
      description = "Amounts of resources of your own.")
  private Map<String, Double> resources = new LinkedHashMap<>();

  @Option(
      names = "--labels",
      paramLabel = "KEY=VALUE",
      split = ",",
      description = "Labels of the node.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--session-dir",
      paramLabel = "FOLDER",
      description = "Where its sockets and logs go (default: the temporary folder).")
  private @Nullable Path sessionFolder;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Where the token stands that programs present (default: RAY_TOKEN_FILE, or"
              + " ~/.ray-java/token).")
  private @Nullable Path tokenFile;

  @Option(
      names = "--log-bytes",
      paramLabel = "BYTES",
      description =
          "How large a log of the node or a worker may become before another is begun"
              + " (default: 16 MiB).")
  private long logBytes = LogLimits.DEFAULT.maxBytes();

  @Option(
      names = "--log-files",
      paramLabel = "N",
      description = "How many files of a log are kept, the latest (default: ${DEFAULT-VALUE}).")
  private int logFiles = LogLimits.DEFAULT.files();

  @Option(
      names = "--worker-idle",
      paramLabel = "SECONDS",
      description =
          "How long a worker may have nothing to do before it ends (default: ${DEFAULT-VALUE}).")
  private double workerIdleSeconds = NodeOptions.DEFAULT_WORKER_IDLE.toSeconds();

  @Option(
      names = "--memory-usage-threshold",
      paramLabel = "SHARE",
      description =
          "From which share of the memory on workers are ended, so that it does not run out, from 0"
              + " to 1; 0: never (default: ${DEFAULT-VALUE}).")
  private double memoryThreshold = MemoryLimits.DEFAULT.threshold();

  @Option(
      names = "--memory-limit",
      paramLabel = "BYTES",
      description =
          "How much memory the node's processes and its store may take together (default: what the"
              + " machine or its cgroup has).")
  private @Nullable Long memoryLimitBytes;

  @Option(
      names = "--worker-max-tasks",
      paramLabel = "N",
      description =
          "After how many tasks a worker ends, for a new one to take over (default: any number).")
  private int workerMaxTasks;

  @Option(
      names = "--worker-ports",
      paramLabel = "LOW-HIGH",
      description = {
        "The ports at which workers let programs of other machines connect past the node, which",
        "makes calls faster; each worker opens one when such a program first asks. 'none': all",
        "goes by way of the node's port (default: ${DEFAULT-VALUE} that is free)."
      })
  private String workerPorts = "any";

  @Option(
      names = "--debug",
      description =
          "Let debuggers attach to workers, on this machine alone (`ray debug` says where); they"
              + " start more slowly.")
  private boolean debug;

  /** Where a node runs. */
  @FunctionalInterface
  interface Starter {
    /** Starts it, and returns when programs can connect. */
    RunningNode start(NodeOptions options) throws IOException, NodeLauncher.StartFailedException;
  }

  /** Starts nodes in processes of their own. */
  StartCommand() {
    this(NodeLauncher::start);
  }

  StartCommand(Starter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws IOException, CommandFailedException {
    check();
    RunningNode crashed = port == 0 ? null : RunningNode.at(port).orElse(null);
    if (crashed != null && crashed.isAlive()) {
      crashed = null;
    }
    RunningNode node;
    try {
      node =
          starter.start(
              new NodeOptions(
                  host,
                  port,
                  cpus,
                  memoryBytes,
                  storeBytes,
                  resources,
                  labels,
                  sessionFolder,
                  tokenFile,
                  new LogLimits(logBytes, logFiles),
                  Duration.ofMillis((long) (1_000 * workerIdleSeconds)),
                  new MemoryLimits(memoryThreshold, memoryLimitBytes),
                  workerMaxTasks,
                  debug,
                  workerPorts()));
    } catch (NodeLauncher.StartFailedException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (crashed != null) {
      out.println(
          "The node that ran at port "
              + port
              + " before, process "
              + crashed.pid()
              + ", had crashed; its files are removed.");
    }
    String other = node.port() == NodeOptions.DEFAULT_PORT ? "" : " --port " + node.port();
    out.println("A node of Ray runs, process " + node.pid() + ".");
    out.println("  connect:  Ray.init(\"" + node.address() + "\")");
    out.println("            or leave the program as it is: RAY_ADDRESS=" + node.address());
    out.println("  look in:  ray status" + other);
    out.println("  stop:     ray stop" + other);
    return ExitCode.OK;
  }

  private void check() {
    if (!head) {
      throw misused("only a head can be started so far; add --head");
    }
    if (port < 0 || port > 65_535) {
      throw misused("--port must be from 0 to 65535, not " + port);
    }
    if (!(workerIdleSeconds > 0)) {
      throw misused("--worker-idle must be more than 0 seconds, not " + workerIdleSeconds);
    }
    if (workerMaxTasks < 0) {
      throw misused("--worker-max-tasks must be at least 1, or 0 for any, not " + workerMaxTasks);
    }
    if (cpus != null && !(cpus >= 0)) {
      throw misused("--num-cpus must not be negative, not " + cpus);
    }
    checkGpus();
    if (memoryBytes != null && memoryBytes < 0) {
      throw misused("--memory must not be negative, not " + memoryBytes);
    }
    if (!(memoryThreshold >= 0 && memoryThreshold <= 1)) {
      throw misused("--memory-usage-threshold must be from 0 to 1, not " + memoryThreshold);
    }
    if (memoryLimitBytes != null && memoryLimitBytes < 1) {
      throw misused("--memory-limit must be at least 1, not " + memoryLimitBytes);
    }
    if (storeBytes != null && storeBytes < 1) {
      throw misused("--object-store-memory must be at least 1, not " + storeBytes);
    }
    if (logBytes < 1) {
      throw misused("--log-bytes must be at least 1, not " + logBytes);
    }
    if (logFiles < 1) {
      throw misused("--log-files must be at least 1, not " + logFiles);
    }
    resources.forEach((name, amount) -> {
      if (!(amount >= 0)) {
        throw misused("the amount of resource " + name + " must not be negative, not " + amount);
      }
    });
  }

  /** They are given by an option of their own, or as any other resource. */
  private void checkGpus() {
    if (gpus != null && resources.containsKey(Resources.GPU)) {
      throw misused("GPUs are given by --num-gpus and by --resources; leave one of them out");
    }
    if (gpus != null) {
      resources.put(Resources.GPU, gpus.doubleValue());
    }
    Double given = resources.get(Resources.GPU);
    if (given != null && !(given >= 0 && given <= MAX_GPUS && given == Math.rint(given))) {
      throw misused(
          "the number of GPUs must be whole and from 0 to " + MAX_GPUS + ", not " + given);
    }
    List<String> visible = GpuDevices.ofThisMachine().visible().orElse(null);
    if (given != null && visible != null && given > visible.size()) {
      throw misused(
          "there can't be "
              + given.longValue()
              + " GPUs, as CUDA_VISIBLE_DEVICES names "
              + visible.size()
              + ": give fewer, or change it");
    }
  }

  private PortRange workerPorts() {
    try {
      return PortRange.parse(workerPorts);
    } catch (IllegalArgumentException e) {
      throw misused("--worker-ports: " + e.getMessage());
    }
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
