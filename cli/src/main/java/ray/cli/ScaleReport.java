package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.simulator.ScalePlot;
import ray.simulator.ScaleRun;

/** Runs large clusters without faults, and prints what each cost. */
final class ScaleReport {
  private final PrintWriter out;

  ScaleReport(PrintWriter out) {
    this.out = out;
  }

  /** Runs one cluster after another, in order of their nodes. */
  void print(List<Integer> nodes, @Nullable Path plot) throws CommandFailedException {
    out.println("| nodes | workers | tasks | wall time | heap | messages a task | about nodes |");
    out.println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    List<ScaleRun.Result> results = new ArrayList<>();
    for (int each : nodes.stream().sorted().distinct().toList()) {
      ScaleRun.Result result = ScaleRun.of(each);
      results.add(result);
      out.println(
          "| %,d | %,d | %,d | %.1f s | %,d MB | %.2f | %.2f |"
              .formatted(
                  result.nodes(),
                  result.workers(),
                  result.tasks(),
                  result.wallNs() / 1e9,
                  result.heapBytes() >> 20,
                  result.messagesPerTask(),
                  result.messagesPerTask("NodesChanged", "RegisterNode")));
      out.flush();
    }
    if (plot != null) {
      write(plot, ScalePlot.svg(results));
    }
  }

  private void write(Path file, String text) throws CommandFailedException {
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new CommandFailedException("cannot write " + file + ": " + failure.getMessage());
    }
    out.println("drawn in " + file);
  }
}
