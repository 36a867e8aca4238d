package ray.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import ray.RayOptions;
import ray.core.Message;
import ray.core.executor.ExecutorCore;
import ray.runtime.WorkerEndpoint;
import ray.runtime.serialization.Functions;
import ray.runtime.serialization.ValueSerializers;
import ray.wire.Endpoint;

/** The main class of a worker: runs the tasks and actors of one job. */
public final class WorkerProcess extends ProcessRay {
  /** How often in a row, and how long apart, a worker must be found at rest before it ends. */
  private static final int RESTS = 4;

  private static final long REST_MS = 250;

  /** The same where somebody waits for the end. */
  private static final long SHORT_REST_MS = 50;

  /** How long closing what tasks were lent may take. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private static final byte[] NOTHING = {};

  /** How long a step that a worker takes ahead of need may be waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CountDownLatch retired = new CountDownLatch(1);

  private final JobClassLoader code;

  /** Whether what it holds itself is no reason to stay. */
  private volatile boolean letsGo;

  private WorkerProcess(
      RayOptions options,
      Identity identity,
      Transports transports,
      ValueSerializers serializers,
      JobClassLoader code) {
    super(options, identity, transports, serializers, true, "worker");
    this.code = code;
  }

  @Override
  void codeIsHere(CodeManifest manifest) {
    code.use(new CodeArchives(identity().session().code(), manifest));
  }

  private void codeIsHere(byte[] manifest) {
    try {
      codeIsHere(CodeManifest.read(manifest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs until the node or the job ends. A line of the standard input names the job and its driver;
   * if that ends before, so does this.
   *
   * @param arguments the session's folder, then the ids of node, control service and this process,
   *     in hexadecimal, then the token file, how large logs may become: in bytes, and how many
   *     files; and after how many tasks this is to end, 0 for any number
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Payload.Session session =
        new Payload.Session(Path.of(arguments[0]), id(arguments[1]), id(arguments[2]), 0, "");
    byte[] token = Tokens.load(Path.of(arguments[4]));
    Ready ready = new Ready(new Identity(session, id(arguments[3]), token));
    LogLimits limits = new LogLimits(Long.parseLong(arguments[5]), Integer.parseInt(arguments[6]));
    WorkerOutput.install(ready::printed, isError -> rotation(ready.identity, isError, limits));
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    ready.prepare(orders);
    String order = orders.readLine();
    if (order == null) {
      Runtime.getRuntime().halt(0);
      return;
    }
    System.setIn(InputStream.nullInputStream());
    String[] words = order.split(" ");
    long driver = id(words[1]);
    long job = id(words[0]);
    WorkerProcess worker = ready.employ(job, driver);
    worker.executor().endAfter(Integer.parseInt(arguments[7]));
    // The node tells it so when its job has ended.
    Runtime.getRuntime().addShutdownHook(new Thread(worker::end, "ray-end"));
    ready.serve(worker, reason -> worker.end());
    worker.awaitEnd();
    worker.end();
  }

  private void end() {
    closeLocals();
    Runtime.getRuntime().halt(0);
  }

  /** Closes what tasks were lent, but does not wait for long. */
  private void closeLocals() {
    Thread closing =
        Thread.ofPlatform().daemon().name("ray-close").start(() -> executor().closeLocals());
    try {
      closing.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the node has no use for this worker, and nobody would miss it. */
  private void awaitEnd() throws InterruptedException {
    retired.await();
    for (int rests = 0; rests < RESTS; rests = isAtRest() ? rests + 1 : 0) {
      TimeUnit.MILLISECONDS.sleep(letsGo ? SHORT_REST_MS : REST_MS);
    }
    // Before the connections: without them the node takes it for dead, and kills it.
    closeLocals();
    System.out.flush();
    System.err.flush();
    transports().sockets().close();
  }

  private boolean isAtRest() {
    return executor().ask(ExecutorCore::mayEnd)
        && owner()
            .ask(core ->
                letsGo ? core.neededCount() == 0 : core.ownedCount() + core.borrowedCount() == 0);
  }

  private static LogRotation rotation(Identity identity, boolean isError, LogLimits limits) {
    long pid = ProcessHandle.current().pid();
    return new LogRotation(
        WorkerLogs.file(identity.session().logs(), pid, identity.self(), isError), limits);
  }

  private static long id(String hexadecimal) {
    return Long.parseUnsignedLong(hexadecimal, 16);
  }

  /** A worker without a job: it has made ready what does not depend on that. */
  static final class Ready {
    private final Identity identity;
    private final JobClassLoader code;
    private final ValueSerializers serializers;
    private final Transports transports;

    /** The process that is asked for the job's code; 0 before there is a job. */
    private final AtomicLong driver = new AtomicLong();

    private volatile long job;

    /** Who is told what the job's code prints. */
    private volatile long program;

    private volatile @Nullable WorkerProcess worker;

    Ready(Identity identity) {
      this.identity = identity;
      this.code = new JobClassLoader(new Program(), WorkerProcess.class.getClassLoader());
      this.serializers = serializers(code, RayOptions.defaults());
      this.transports = new Transports(identity, serializers, "ray-reader");
      transports.sockets().start();
    }

    /** The code of the job, as its program gives it. */
    private final class Program implements JobClassLoader.Source {
      @Override
      public FoundResource.Answer find(String name, boolean all) throws IOException {
        int kind = all ? Question.FIND_RESOURCES : Question.FIND_RESOURCE;
        return FoundResource.Answer.read(
            askProgram(kind, new Payload.FindResource(name, job).bytes()));
      }

      @Override
      public String user() {
        WorkerProcess runs = worker;
        String task = runs == null ? "" : runs.context().taskName();
        return (task.isEmpty() ? "" : "task '" + task + "' of ") + "job " + Long.toHexString(job);
      }
    }

    /** Asks the driver, and when that has ended, the node, which answers for it if it can. */
    private byte[] askProgram(int kind, byte[] question) throws IOException {
      long asked = driver.get();
      try {
        return transports.sockets().askAside(asked, kind, question);
      } catch (IOException e) {
        long node = identity.session().node();
        if (asked == node) {
          throw e;
        }
        try {
          byte[] answer = transports.sockets().askAside(node, kind, question);
          driver.set(node);
          return answer;
        } catch (IOException neither) {
          throw new IOException(
              "the program could not be asked (" + e.getMessage() + "): " + neither.getMessage(),
              e);
        }
      }
    }

    /**
     * Does what every job needs and none changes, step by step until there is one: connects to the
     * node and is connected with by it, and lets the JVM load and link what a first task takes.
     */
    void prepare(Reader orders) {
      List<Callable<?>> steps =
          List.of(
              () ->
                  transports
                      .sockets()
                      .ask(identity.session().node(), Question.LOAD, NOTHING)
                      .get(PATIENCE.toSeconds(), TimeUnit.SECONDS),
              () -> Thread.ofVirtual().start(() -> {}).join(PATIENCE),
              () -> {
                Functions.rehearse();
                return NOTHING;
              });
      try {
        for (Callable<?> step : steps) {
          if (orders.ready()) {
            return;
          }
          step.call();
        }
      } catch (Exception e) {
        // Loaded only now: a worker that has nothing to say starts faster without.
        LoggerFactory.getLogger(WorkerProcess.class)
            .debug("what is left is done for the first job", e);
      }
    }

    /** A line that this process printed: of nobody before there is a job. */
    private void printed(String line, boolean isError) {
      WorkerProcess runs = worker;
      if (runs != null) {
        runs.tell(program, line, isError);
      }
    }

    /** Learns from a driver how its job is set up. */
    WorkerProcess employ(long itsJob, long itsDriver) throws IOException {
      job = itsJob;
      program = itsDriver;
      driver.set(itsDriver);
      byte[] settings = askProgram(Question.SETTINGS, new Payload.OfJob(itsJob).bytes());
      RayOptions options = JobSettings.read(Payload.Settings.read(settings), serializers);
      // Threads that are made from now on run code of the job; before, it was this process's own.
      Thread.currentThread().setContextClassLoader(code);
      WorkerProcess employed = new WorkerProcess(options, identity, transports, serializers, code);
      worker = employed;
      transports.onCode(employed::codeIsHere);
      return employed;
    }

    /**
     * Runs the tasks of a job from now on, with its code.
     *
     * @param nodeGone called when the node can't be reached any more
     */
    void serve(WorkerProcess worker, Consumer<String> nodeGone) {
      transports.sockets().register(identity.self(), worker.endpoint());
      transports.sockets().afterReading(worker.executor()::provide);
      worker.join(
          Question.JOIN_AS_WORKER,
          job,
          (asker, kind, payload) -> worker.report(kind, payload),
          nodeGone);
    }
  }

  private Endpoint endpoint() {
    WorkerEndpoint both = new WorkerEndpoint(owner(), executor());
    return message -> {
      both.deliver(message);
      if (message instanceof Message.Retire(boolean letGo)) {
        letsGo |= letGo;
        retired.countDown();
      }
    };
  }

  /** Tells the program what its code has printed, before what the code returns. */
  private void tell(long driver, String line, boolean isError) {
    String task = context().taskName();
    var output =
        new Payload.Output(
            task.isEmpty() ? "worker" : task, ProcessHandle.current().pid(), isError, line);
    transports().sockets().tell(driver, Question.OUTPUT, output.bytes());
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
