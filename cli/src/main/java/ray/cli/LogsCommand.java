package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ray logs}: lists, prints and follows what a node and its workers have written. */
@Command(
    name = "logs",
    description = "List the logs of a node and its workers, print them, or follow them.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A worker has two, what its tasks printed (.out) and its errors (.err); the",
      "node has node.log. They are in the session's folder, go with it, and are",
      "bounded: see `ray start --help`.",
      "",
      "  ray logs              what there is",
      "  ray logs node.log",
      "  ray logs -f 12345     what worker 12345 has printed, and prints",
      "  ray logs -f           what all print from now on"
    })
final class LogsCommand implements Callable<Integer> {
  private static final long LOOK_EVERY_MS = 200;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeAddress address = new NodeAddress();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "A log's name, or a worker's number or id; without one, logs are listed.")
  private @Nullable String name;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what is written, until interrupted or the node stops.")
  private boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "LINES",
      description = "Print only the last lines of what there is.")
  private @Nullable Integer tail;

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    if (tail != null && tail < 0) {
      throw new ParameterException(spec.commandLine(), "--tail must not be negative, not " + tail);
    }
    SessionLogs logs = new SessionLogs(address.logs());
    if (name == null && !follow) {
      list(logs.all());
      return ExitCode.OK;
    }
    List<SessionLogs.Log> chosen = name == null ? logs.all() : choose(logs, name);
    boolean many = name == null || chosen.size() > 1;
    Map<String, LogReader> readers = new LinkedHashMap<>();
    for (SessionLogs.Log log : chosen) {
      readers.put(log.name(), name == null ? fromNow(log) : print(log, many));
    }
    if (follow) {
      follow(logs, readers);
    } else {
      readers.values().forEach(LogReader::finish);
    }
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private static List<SessionLogs.Log> choose(SessionLogs logs, String name)
      throws IOException, CommandFailedException {
    List<SessionLogs.Log> chosen = logs.called(name);
    if (chosen.isEmpty()) {
      List<String> all = logs.all().stream().map(SessionLogs.Log::name).toList();
      throw new CommandFailedException(
          "there is no log '"
              + name
              + "'"
              + Nearest.to(name, all).map(meant -> "; did you mean '" + meant + "'?").orElse("")
              + (all.isEmpty()
                  ? ": nothing is there yet"
                  : "; there are " + String.join(", ", all)));
    }
    return chosen;
  }

  private void list(List<SessionLogs.Log> all) throws IOException {
    record Row(SessionLogs.Log log, long sizeBytes, String changed) {}
    PrintWriter out = spec.commandLine().getOut();
    List<Row> rows = new ArrayList<>();
    for (SessionLogs.Log log : all) {
      rows.add(new Row(log, log.sizeBytes(), Amounts.since(log.changed()) + " ago"));
    }
    if (rows.isEmpty()) {
      out.println("There are no logs yet.");
      return;
    }
    new Table<Row>()
        .whole("NAME", row -> row.log().name())
        .number("WORKER", row -> row.log().pid())
        .number("SIZE", row -> Amounts.bytes(row.sizeBytes()))
        .number("FILES", row -> "" + (1 + row.log().older().size()))
        .number("CHANGED", Row::changed)
        .print(out, rows, "", Terminal.width());
  }

  private Consumer<String> printer(SessionLogs.Log log, boolean many) {
    PrintWriter out = spec.commandLine().getOut();
    return line -> {
      out.println(many ? log.name() + ": " + line : line);
    };
  }

  private LogReader fromNow(SessionLogs.Log log) throws IOException {
    return new LogReader(log.file(), true, printer(log, true));
  }

  /** Prints what there is, and returns what reads on from there. */
  private LogReader print(SessionLogs.Log log, boolean many) throws IOException {
    Consumer<String> printer = printer(log, many);
    Tail last = new Tail(printer, tail);
    LogReader reader = new LogReader(log.file(), false, last);
    for (Path older : log.older().reversed()) {
      LogReader of = new LogReader(older, false, last);
      of.read();
      of.finish();
    }
    reader.read();
    last.end();
    return reader;
  }

  /** Passes the last lines on when it comes to its end, and all that come after that. */
  private static final class Tail implements Consumer<String> {
    private final Consumer<String> to;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private @Nullable Integer count;

    Tail(Consumer<String> to, @Nullable Integer count) {
      this.to = to;
      this.count = count;
    }

    @Override
    public void accept(String line) {
      if (count == null) {
        to.accept(line);
        return;
      }
      last.add(line);
      if (last.size() > count) {
        last.remove();
      }
    }

    void end() {
      last.forEach(to);
      count = null;
    }
  }

  private void follow(SessionLogs logs, Map<String, LogReader> readers)
      throws IOException, InterruptedException {
    while (logs.isThere()) {
      if (name == null) {
        addNew(logs, readers);
      }
      for (LogReader reader : readers.values()) {
        reader.read();
      }
      spec.commandLine().getOut().flush();
      Thread.sleep(LOOK_EVERY_MS);
    }
    readers.values().forEach(LogReader::finish);
    spec.commandLine().getErr().println("The node has stopped, and its logs are gone.");
  }

  /** Logs that were begun meanwhile are followed from their beginning. */
  private void addNew(SessionLogs logs, Map<String, LogReader> readers) throws IOException {
    Set<String> there = new HashSet<>();
    for (SessionLogs.Log log : logs.all()) {
      there.add(log.name());
      if (!readers.containsKey(log.name())) {
        readers.put(log.name(), new LogReader(log.file(), false, printer(log, true)));
      }
    }
    readers.keySet().retainAll(there);
  }
}
