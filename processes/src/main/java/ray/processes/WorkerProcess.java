package ray.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import ray.RayOptions;
import ray.runtime.WorkerEndpoint;
import ray.runtime.serialization.ValueSerializers;

/** The main class of a worker: runs the tasks and actors of one job. */
public final class WorkerProcess extends ProcessRay {
  private WorkerProcess(
      RayOptions options, Identity identity, Transports transports, ValueSerializers serializers) {
    super(options, identity, transports, serializers, "worker");
  }

  /**
   * Runs until the node or the job ends.
   *
   * @param arguments the session's folder, then the ids of node, control service, this process, the
   *     job and its driver, in hexadecimal, then the token file
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Payload.Session session =
        new Payload.Session(Path.of(arguments[0]), id(arguments[1]), id(arguments[2]), 0);
    byte[] token = Tokens.load(Path.of(arguments[6]));
    Identity identity = new Identity(session, id(arguments[3]), id(arguments[4]), token);
    long driver = id(arguments[5]);
    Transports[] made = new Transports[1];
    JobClassLoader code =
        new JobClassLoader(
            name ->
                Payload.FoundResource.read(
                        made[0]
                            .sockets()
                            .ask(
                                driver,
                                Question.FIND_RESOURCE,
                                new Payload.FindResource(name).bytes())
                            .join())
                    .content(),
            WorkerProcess.class.getClassLoader());
    RayOptions options = RayOptions.defaults();
    ValueSerializers serializers = serializers(code, options);
    Transports transports = new Transports(identity, serializers, "ray-reader");
    made[0] = transports;
    WorkerProcess worker = new WorkerProcess(options, identity, transports, serializers);
    transports
        .sockets()
        .register(identity.self(), new WorkerEndpoint(worker.owner(), worker.executor()));
    transports.sockets().afterReading(worker.executor()::provide);
    // From now on code of the job may run; before, it was this process's own libraries'.
    Thread.currentThread().setContextClassLoader(code);
    worker.join(
        Question.JOIN_AS_WORKER,
        (asker, kind, payload) -> {
          throw new IOException("a worker answers no question of kind " + kind);
        },
        () -> Runtime.getRuntime().halt(0));
    // The node ends it.
    new CountDownLatch(1).await();
  }

  private static long id(String hexadecimal) {
    return Long.parseUnsignedLong(hexadecimal, 16);
  }

  @Override
  public void close() {
    // The node ends its workers.
  }

  @Override
  public String toString() {
    return "Ray in a worker of job " + Long.toHexString(identity().job());
  }
}
