package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import ray.Ray;
import ray.processes.HeadProcess;
import ray.processes.Rehearsal;

/**
 * What the launcher runs once while the JDK watches, so that later starts of the command find its
 * classes loaded and linked (JEP 514). It does what users do first.
 */
public final class Training {
  /** So often that the JDK keeps how the code ran, and compiles it sooner the next time. */
  private static final int ROUNDS = 5;

  private static final int MANY = 2_000;
  private static final int DEEP = 200;

  private static final String STORE_BYTES = "" + (32 << 20);

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
    startNode();
    Rehearsal.run(Training::rehearse);
  }

  /** In this JVM, and ends it again. */
  private static void startNode() throws IOException {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Path sessions = Files.createTempDirectory("ray-training");
    try {
      NodeMain.start(
          nowhere,
          nowhere,
          HeadProcess::close,
          "--head",
          "--port",
          "0",
          "--session-dir",
          sessions.toString(),
          "--object-store-memory",
          STORE_BYTES);
    } finally {
      try {
        Files.deleteIfExists(sessions);
      } catch (DirectoryNotEmptyException e) {
        // The system's, as is all in its temporary folder.
      }
    }
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

  private static List<Integer> many() {
    return Collections.nCopies(MANY, 1);
  }

  private static int deep(int deeper) {
    return deeper == 0 ? 0 : 1 + Ray.remote(Training::deep).remote(deeper - 1).get();
  }

  private static boolean rehearse(String address) {
    var square = Ray.remote(Training::square);
    var nine = square.remote(3);
    square.remote(nine).get();
    Ray.put(new byte[1 << 20]).get();
    var counter = Ray.actor(Counter::new).remote();
    counter.call(Counter::add, nine).get();
    for (int round = 0; round < ROUNDS; round++) {
      Ray.get(IntStream.range(0, MANY).mapToObj(square::remote).toList());
      Ray.get(IntStream.range(0, MANY).mapToObj(i -> counter.call(Counter::add, i)).toList());
      Ray.all(IntStream.range(0, MANY).mapToObj(Ray::put).toList()).get();
      Ray.get(Ray.remoteMany(MANY, Training::many).remote());
      Ray.remote(Training::deep).remote(DEEP).get();
      for (int i = 0; i < DEEP; i++) {
        square.remote(i).get();
        counter.call(Counter::add, i).get();
      }
    }
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
