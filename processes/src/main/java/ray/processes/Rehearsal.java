package ray.processes;

import java.io.IOException;
import java.io.Reader;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.runtime.RuntimeBackend;

/**
 * A node, a worker and a program that is connected to it, all in this JVM: so that the JDK, while
 * it watches, sees what each of them does, for an AOT cache that serves them all.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /**
   * Runs a program on such a node, and returns when it has ended. The worker's threads, which are
   * daemons, stay.
   *
   * @throws Exception what the program throws
   */
  public static void run(Callable<?> program) throws Exception {
    run(address -> program.call());
  }

  /** A program that knows where its node is. */
  @FunctionalInterface
  public interface Program {
    /** Runs it. */
    Object run(String address) throws Exception;
  }

  /** The same for a program that looks into the node. */
  public static void run(Program program) throws Exception {
    JvmOptions.ofThisJvm(); // as who starts a node does
    RayOptions options = RayOptions.defaults().cpus(2);
    try (LocalNode node = LocalNode.start(options);
        RayInstance ray = Ray.start(options.address(node.address()))) {
      ray.call(() -> {
        addWorker(node);
        return program.run(node.address());
      });
    }
  }

  private static void addWorker(LocalNode node) throws IOException {
    byte[] token = Tokens.load(Tokens.file());
    Payload.Session session = SessionClient.find(node.address(), token).session();
    long self = RuntimeBackend.newId(new SecureRandom());
    var worker = new WorkerProcess.Ready(new ProcessRay.Identity(session, self, token));
    worker.prepare(Reader.nullReader());
    Member driver = node.head().members().all().getFirst();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    worker.serve(worker.employ(driver.job(), driver.process()), reason -> {});
    Thread.currentThread().setContextClassLoader(before);
  }
}
