package ray.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ray.RayOptions;
import ray.runtime.WorkerEndpoint;
import ray.runtime.serialization.ValueSerializers;

/**
 * The main class of a worker: runs the tasks and actors of one job, which it is told when there is
 * one. Until then it makes ready what does not depend on that.
 */
public final class WorkerProcess extends ProcessRay {
  private final JobClassLoader code;

  /** The process that is asked for the job's code; 0 before there is a job. */
  private final AtomicLong driver;

  private WorkerProcess(
      RayOptions options,
      Identity identity,
      Transports transports,
      ValueSerializers serializers,
      JobClassLoader code,
      AtomicLong driver) {
    super(options, identity, transports, serializers, "worker");
    this.code = code;
    this.driver = driver;
  }

  /**
   * Runs until the node or the job ends. A line of the standard input names the job and its driver;
   * if that ends before, so does this.
   *
   * @param arguments the session's folder, then the ids of node, control service and this process,
   *     in hexadecimal, then the token file
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Payload.Session session =
        new Payload.Session(Path.of(arguments[0]), id(arguments[1]), id(arguments[2]), 0);
    byte[] token = Tokens.load(Path.of(arguments[4]));
    WorkerProcess worker =
        prepare(new Identity(session, id(arguments[3]), token), () -> Runtime.getRuntime().halt(0));
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String order = orders.readLine();
    if (order == null) {
      Runtime.getRuntime().halt(0);
      return;
    }
    System.setIn(InputStream.nullInputStream());
    String[] words = order.split(" ");
    worker.serve(id(words[0]), id(words[1]));
    // The node ends it.
    new CountDownLatch(1).await();
  }

  private static long id(String hexadecimal) {
    return Long.parseUnsignedLong(hexadecimal, 16);
  }

  /**
   * Makes a worker that has no job yet.
   *
   * @param nodeGone called when the node can't be reached any more
   */
  static WorkerProcess prepare(Identity identity, Runnable nodeGone) {
    AtomicLong driver = new AtomicLong();
    AtomicReference<Transports> reach = new AtomicReference<>();
    JobClassLoader code =
        new JobClassLoader(
            name -> fetch(Objects.requireNonNull(reach.get(), "not started"), driver.get(), name),
            WorkerProcess.class.getClassLoader());
    RayOptions options = RayOptions.defaults();
    ValueSerializers serializers = serializers(code, options);
    Transports transports = new Transports(identity, serializers, "ray-reader");
    reach.set(transports);
    WorkerProcess worker =
        new WorkerProcess(options, identity, transports, serializers, code, driver);
    transports
        .sockets()
        .register(identity.self(), new WorkerEndpoint(worker.owner(), worker.executor()));
    transports.sockets().afterReading(worker.executor()::provide);
    worker.start(
        (asker, kind, payload) -> {
          throw new IOException("a worker answers no question of kind " + kind);
        },
        nodeGone);
    return worker;
  }

  private static byte @Nullable [] fetch(Transports reach, long driver, String name)
      throws IOException {
    byte[] question = new Payload.FindResource(name).bytes();
    byte[] answer = reach.sockets().askAside(driver, Question.FIND_RESOURCE, question);
    return Payload.FoundResource.read(answer).content();
  }

  /** Runs the tasks of a job from now on, with its code. */
  void serve(long ofJob, long itsDriver) {
    driver.set(itsDriver);
    Thread.currentThread().setContextClassLoader(code);
    join(Question.JOIN_AS_WORKER, ofJob);
  }

  @Override
  public void close() {
    // The node ends its workers.
  }

  @Override
  public String toString() {
    return "Ray in a worker of job " + Long.toHexString(job());
  }
}
