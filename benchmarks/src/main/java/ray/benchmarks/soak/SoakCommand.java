package ray.benchmarks.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.RayStateException;
import ray.benchmarks.OwnNode;
import ray.processes.NodeLauncher;

/** {@code ray soak}: random programs on a real node, while its workers are killed. */
@Command(
    name = "soak",
    description = "Run random programs on a node whose workers are killed, and check all results.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Three programs' processes connect; the same seed gives the same programs.",
      "Ends with 1 if a result was wrong, something hung, or something is left."
    })
public final class SoakCommand implements Callable<Integer> {
  private static final long STORE_BYTES = 256L << 20;

  /** Not long: a process has connections to all workers, also those that have nothing to do. */
  private static final Duration WORKER_IDLE = Duration.ofSeconds(2);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "For how long (default: ${DEFAULT-VALUE}).")
  private double minutes = 1;

  @Option(names = "--seed", paramLabel = "K", description = "Which programs (default: any).")
  private @Nullable Long seed;

  @Option(
      names = "--kill-every",
      paramLabel = "SECONDS",
      description = "How often a worker is killed, about; 0 for never (default: ${DEFAULT-VALUE}).")
  private double killEverySeconds = 3;

  @Option(
      names = "--only-kills",
      description = "Kill workers, and do nothing else to them, nor to the programs.")
  private boolean onlyKills;

  @Option(
      names = "--address",
      paramLabel = "ray://HOST:PORT",
      description = "A node on this machine that nothing else uses (default: one of its own).")
  private @Nullable String address;

  /** For the command line. */
  public SoakCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    PrintWriter out = spec.commandLine().getOut();
    long chosen = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000) : seed;
    out.println("seed " + chosen);
    if (address != null) {
      return run(address, chosen, out);
    }
    try (OwnNode node = OwnNode.start(STORE_BYTES, WORKER_IDLE)) {
      return run(node.address(), chosen, out);
    } catch (NodeLauncher.StartFailedException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private int run(String where, long chosen, PrintWriter out)
      throws IOException, InterruptedException {
    try {
      boolean terminal = System.console() != null && System.console().isTerminal();
      return new Soak(where, chosen, killEverySeconds, onlyKills, terminal, out).run(minutes)
          ? 0
          : 1;
    } catch (RayStateException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private void check() {
    if (!(minutes > 0)) {
      throw misused("--minutes must be positive, not " + minutes);
    }
    if (!(killEverySeconds >= 0)) {
      throw misused("--kill-every must not be negative, not " + killEverySeconds);
    }
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
