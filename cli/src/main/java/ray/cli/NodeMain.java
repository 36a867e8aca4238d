package ray.cli;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import ray.processes.HeadProcess;

/**
 * Where the process of a node starts that the launcher starts for {@code ray start}: it reads the
 * command line itself, for a process of the command's beside it would take as long as the node
 * does. What the command prints it prints, then a line with the command's exit code; then it closes
 * its streams and goes on as the node.
 */
public final class NodeMain {
  /** How the line with the exit code begins: the JVM may print lines of its own, as it is told. */
  static final String EXIT = "ray-exit ";

  private NodeMain() {}

  /**
   * Runs until the node is ended, or ends at once if there is none.
   *
   * @param arguments the command line behind {@code ray start}
   * @throws InterruptedException never
   */
  public static void main(String[] arguments) throws InterruptedException {
    AtomicReference<HeadProcess> started = new AtomicReference<>();
    int exitCode =
        start(
            new PrintWriter(System.out, true, System.out.charset()),
            new PrintWriter(System.err, true, System.err.charset()),
            started::set,
            arguments);
    System.out.println(EXIT + exitCode);
    HeadProcess node = started.get();
    // Who does not hear that there is a node has given up, and would not know of it.
    if (node == null || System.out.checkError()) {
      System.exit(exitCode);
      return;
    }
    node.detach();
    HeadProcess.awaitEnd();
  }

  /** Makes this process a node, and returns the command's exit code. */
  static int start(
      PrintWriter out, PrintWriter err, Consumer<HeadProcess> started, String... arguments) {
    StartCommand command =
        new StartCommand(options -> {
          HeadProcess node = HeadProcess.become(options);
          started.accept(node);
          return node.note();
        });
    return RayCommandLine.create(command)
        .setOut(out)
        .setErr(err)
        .execute(Stream.concat(Stream.of("start"), Stream.of(arguments)).toArray(String[]::new));
  }
}
