package ray.processes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ray.Resources;

/**
 * How a node starts.
 *
 * @param host the address of this machine at which it listens
 * @param port where programs find it; 0: any that is free
 * @param cpus how many CPUs tasks may hold together; null: as many as the machine
 * @param memoryBytes how much memory tasks may ask for; null: what the machine has free
 * @param storeBytes the size of the object store; null: three tenths of the free memory
 * @param resources amounts of resources of its own, by name
 * @param labels its labels
 * @param sessionFolder where its files go; null: into the temporary folder
 * @param tokenFile where the token is read from; null: from where the environment says, or the
 *     user's own
 * @param logs how large logs may become
 * @param workerIdle how long a worker may have nothing to do before it ends
 * @param memory when workers are ended so that memory does not run out
 * @param workerMaxTasks after how many tasks a worker ends, for another to take over; 0: after any
 *     number
 * @param debug whether workers are started so that a debugger can be let into one later
 * @param workerPorts at which ports workers may listen for programs of other machines
 */
public record NodeOptions(
    String host,
    int port,
    @Nullable Double cpus,
    @Nullable Long memoryBytes,
    @Nullable Long storeBytes,
    Map<String, Double> resources,
    Map<String, String> labels,
    @Nullable Path sessionFolder,
    @Nullable Path tokenFile,
    LogLimits logs,
    Duration workerIdle,
    MemoryLimits memory,
    int workerMaxTasks,
    boolean debug,
    PortRange workerPorts) {

  /** Unless told otherwise only programs of this machine can connect. */
  public static final String LOOPBACK = "127.0.0.1";

  /** The port unless told otherwise, as Ray's. */
  public static final int DEFAULT_PORT = 6379;

  /** A few minutes: a program that comes back soon finds its worker warm. */
  public static final Duration DEFAULT_WORKER_IDLE = Duration.ofMinutes(5);

  /** Copies. */
  public NodeOptions {
    resources = Map.copyOf(resources);
    labels = Map.copyOf(labels);
  }

  /** The share of the free memory that the store gets, as in Ray. */
  private static final double STORE_SHARE = 0.3;

  Resources total() {
    Resources total =
        Resources.NONE
            .with(Resources.CPU, cpus == null ? Runtime.getRuntime().availableProcessors() : cpus)
            .with(Resources.MEMORY, memoryBytes == null ? Machine.availableBytes() : memoryBytes);
    for (Map.Entry<String, Double> each : resources.entrySet()) {
      total = total.with(each.getKey(), each.getValue());
    }
    return resources.containsKey(Resources.GPU)
        ? total
        : total.with(Resources.GPU, GpuDevices.ofThisMachine().count());
  }

  long storeCapacityBytes() {
    return storeBytes == null ? (long) (Machine.availableBytes() * STORE_SHARE) : storeBytes;
  }

  /** As words of a command line, for the node's process. */
  List<String> toArguments() {
    List<String> words = new ArrayList<>();
    words.add("host=" + host);
    words.add("port=" + port);
    words.add("worker-idle-ms=" + workerIdle.toMillis());
    words.add("worker-max-tasks=" + workerMaxTasks);
    words.add("debug=" + debug);
    words.add("worker-ports=" + workerPorts);
    if (cpus != null) {
      words.add("cpus=" + cpus);
    }
    if (memoryBytes != null) {
      words.add("memory=" + memoryBytes);
    }
    if (storeBytes != null) {
      words.add("store=" + storeBytes);
    }
    resources.forEach((name, amount) -> words.add("resource." + name + "=" + amount));
    labels.forEach((name, value) -> words.add("label." + name + "=" + value));
    if (sessionFolder != null) {
      words.add("folder=" + sessionFolder);
    }
    if (tokenFile != null) {
      words.add("token=" + tokenFile);
    }
    words.add("log-bytes=" + logs.maxBytes());
    words.add("log-files=" + logs.files());
    words.add("memory-threshold=" + memory.threshold());
    if (memory.limitBytes() != null) {
      words.add("memory-limit=" + memory.limitBytes());
    }
    return words;
  }

  static NodeOptions ofArguments(String[] arguments) {
    Map<String, String> plain = new TreeMap<>();
    Map<String, Double> resources = new TreeMap<>();
    Map<String, String> labels = new TreeMap<>();
    for (String word : arguments) {
      int equals = word.indexOf('=');
      String name = word.substring(0, equals);
      String value = word.substring(equals + 1);
      if (name.startsWith("resource.")) {
        resources.put(name.substring("resource.".length()), Double.parseDouble(value));
      } else if (name.startsWith("label.")) {
        labels.put(name.substring("label.".length()), value);
      } else {
        plain.put(name, value);
      }
    }
    String cpus = plain.get("cpus");
    String memory = plain.get("memory");
    String store = plain.get("store");
    String folder = plain.get("folder");
    String token = plain.get("token");
    String idle = plain.get("worker-idle-ms");
    String limit = plain.get("memory-limit");
    return new NodeOptions(
        plain.getOrDefault("host", LOOPBACK),
        Integer.parseInt(plain.getOrDefault("port", Integer.toString(DEFAULT_PORT))),
        cpus == null ? null : Double.valueOf(cpus),
        memory == null ? null : Long.valueOf(memory),
        store == null ? null : Long.valueOf(store),
        resources,
        labels,
        folder == null ? null : Path.of(folder),
        token == null ? null : Path.of(token),
        new LogLimits(
            Long.parseLong(plain.getOrDefault("log-bytes", "" + LogLimits.DEFAULT.maxBytes())),
            Integer.parseInt(plain.getOrDefault("log-files", "" + LogLimits.DEFAULT.files()))),
        idle == null ? DEFAULT_WORKER_IDLE : Duration.ofMillis(Long.parseLong(idle)),
        new MemoryLimits(
            Double.parseDouble(
                plain.getOrDefault("memory-threshold", "" + MemoryLimits.DEFAULT.threshold())),
            limit == null ? null : Long.valueOf(limit)),
        Integer.parseInt(plain.getOrDefault("worker-max-tasks", "0")),
        Boolean.parseBoolean(plain.get("debug")),
        PortRange.parse(plain.getOrDefault("worker-ports", "any")));
  }
}
