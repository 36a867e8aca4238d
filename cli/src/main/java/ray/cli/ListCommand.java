package ray.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import ray.processes.NodeClient;

/** {@code ray list}: what there is on a node, asked of all its processes. */
@Command(
    name = "list",
    description = "List the tasks, actors, objects, workers or nodes that there are.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Tasks that ended are listed for as long as their program runs, the latest of",
      "them. A process that does not answer within 3 s is named, and what it knows is",
      "missing. Short ids tell all that is listed apart; `ray stack` and its like take",
      "them. With --json there are whole ids, and field names that stay.",
      "",
      "  ray list workers",
      "  ray list tasks --limit 1000 --json | grep FAILED"
    })
final class ListCommand implements Callable<Integer> {
  /** Enough for a screen and a search in it; Ray's too. */
  private static final int DEFAULT_LIMIT = 100;

  private static final int MAX_LIMIT = 100_000;

  /** What can be listed. */
  enum Kind {
    TASKS,
    ACTORS,
    OBJECTS,
    WORKERS,
    NODES;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads a kind. */
  static final class KindWords extends Words<Kind> {
    KindWords() {
      super(Kind.class);
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeAddress address = new NodeAddress();

  @Parameters(
      paramLabel = "KIND",
      converter = KindWords.class,
      description = "What to list: ${COMPLETION-CANDIDATES}.")
  private Kind kind = Kind.TASKS;

  @Option(names = "--json", description = "Print an array of objects, for programs.")
  private boolean json;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "List at most so many, those that matter most (default: ${DEFAULT-VALUE}).")
  private int limit = DEFAULT_LIMIT;

  @Override
  public Integer call() throws IOException, CommandFailedException {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new ParameterException(
          spec.commandLine(), "--limit must be from 1 to " + MAX_LIMIT + ", not " + limit);
    }
    try (NodeClient node = address.connect()) {
      Listing<?> listing =
          switch (kind) {
            case TASKS -> Listings.tasks(node, limit);
            case ACTORS -> Listings.actors(node, limit);
            case OBJECTS -> Listings.objects(node, limit);
            case WORKERS -> Listings.workers(node, limit);
            case NODES -> Listings.nodes(node, limit);
          };
      listing.print(
          spec.commandLine().getOut(), spec.commandLine().getErr(), json, kind.toString());
    }
    return ExitCode.OK;
  }
}
