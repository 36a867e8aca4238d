package ray.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import ray.Ray;
import ray.processes.Rehearsal;

/**
 * What the launcher runs once while the JDK watches, so that later starts of the command find its
 * classes loaded and linked (JEP 514). It does what users do first.
 */
public final class Training {
  private Training() {}

  /**
   * Runs the commands.
   *
   * @param arguments none
   * @throws Exception if there is no room for a temporary file, or no node can be started
   */
  public static void main(String[] arguments) throws Exception {
    run("--version");
    run("--help");
    run("example");
    run("exampel");
    run("run", "no-such-file.java");
    run("start", "--help");
    run("start", "--head", "--port", "no-port");
    run("status", "--help");
    run("stop", "--help");
    run("list", "--help");
    run("stack", "--help");
    Path mean = Files.createTempFile("ray-training", ".png");
    try {
      run("example", "imagenet", "--mean", mean.toString());
    } finally {
      Files.deleteIfExists(mean);
    }
    Rehearsal.run(Training::rehearse);
  }

  private static int square(int x) {
    return x * x;
  }

  private static final class Counter {
    private int sum;

    int add(int by) {
      return sum += by;
    }
  }

  private static boolean rehearse(String address) {
    var square = Ray.remote(Training::square);
    var nine = square.remote(3);
    square.remote(nine).get();
    Ray.get(IntStream.range(0, 100).mapToObj(square::remote).toList());
    Ray.put(new byte[1 << 20]).get();
    var counter = Ray.actor(Counter::new).remote();
    counter.call(Counter::add, nine).get();
    run("status", "--address", address);
    for (ListCommand.Kind kind : ListCommand.Kind.values()) {
      run("list", kind.toString(), "--address", address);
      run("list", kind.toString(), "--json", "--address", address);
    }
    run("memory", "--address", address);
    run("logs", "--address", address);
    run("logs", "nothing", "--address", address);
    run("stack", "nothing", "--address", address);
    return true;
  }

  private static void run(String... words) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    RayCommandLine.run(nowhere, nowhere, words);
  }
}
