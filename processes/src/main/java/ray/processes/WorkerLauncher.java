package ray.processes;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.RuntimeEnv;
import ray.core.VisibleGpus;
import ray.runtime.RuntimeBackend;

/**
 * Starts worker JVMs, with the class path and the options of this one, and keeps some ready that
 * have no job yet. Thread-safe.
 */
final class WorkerLauncher {
  /**
   * A worker whose heap is full ends, and its tasks run again: the error meets whichever thread
   * allocates next, of another task or of Ray itself, which would go on half done.
   */
  private static final String END_WITHOUT_MEMORY = "-XX:+ExitOnOutOfMemoryError";

  private static final Logger LOG = LoggerFactory.getLogger(WorkerLauncher.class);

  private static final int MAX_WORDS = 300;

  /** How long a worker that is told to end may take; it closes things for a second at most. */
  private static final long END_PATIENCE_MS = 2_000;

  private final SecureRandom random = new SecureRandom();
  private final Payload.Session session;
  private final Path tokenFile;
  private final WorkerPolicy policy;
  private final WorkerLogs logs;
  private final Map<Long, Worker> running = new ConcurrentHashMap<>();
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();
  private boolean closed;

  /** A worker's id and process, what was asked of that, and which code of its job it has. */
  record Worker(long id, Process process, RuntimeEnv runtimeEnv, int generation) {}

  /** A launcher of workers that are kept as the policy says. */
  WorkerLauncher(Payload.Session session, Path tokenFile, WorkerPolicy policy) {
    this.session = session;
    this.tokenFile = tokenFile;
    this.policy = policy;
    this.logs = new WorkerLogs(session.logs());
  }

  /**
   * Gives a job a worker: one that is ready, if nothing speaks against it, or a new one.
   *
   * @param generation of the job's code, as of a {@link CodeManifest}
   */
  Worker start(long job, long driver, RuntimeEnv runtimeEnv, int generation) throws IOException {
    boolean ordinary = runtimeEnv.jvmOptions().isEmpty() && runtimeEnv.variables().isEmpty();
    Worker waiting = ordinary ? takeReady() : null;
    if (waiting != null) {
      try {
        Worker taken = new Worker(waiting.id(), waiting.process(), runtimeEnv, generation);
        running.replace(taken.id(), taken);
        order(taken, job, driver);
        return taken;
      } catch (IOException e) {
        LOG.info("worker {} has ended while it waited for a job", Long.toHexString(waiting.id()));
      }
    }
    Worker started = launch(runtimeEnv, generation);
    order(started, job, driver);
    return started;
  }

  private static void order(Worker worker, long job, long driver) throws IOException {
    String line = Long.toHexString(job) + " " + Long.toHexString(driver) + "\n";
    OutputStream orders = worker.process().getOutputStream();
    orders.write(line.getBytes(StandardCharsets.US_ASCII));
    orders.flush();
  }

  private synchronized @Nullable Worker takeReady() {
    while (!idle.isEmpty()) {
      Worker worker = idle.remove();
      if (worker.process().isAlive()) {
        return worker;
      }
    }
    return null;
  }

  /** Those that wait for a job. */
  synchronized List<Worker> ready() {
    return idle.stream().filter(worker -> worker.process().isAlive()).toList();
  }

  /** Starts as many as are to wait for a job. One that ends while it waits is not replaced. */
  void fill() {
    try {
      while (true) {
        synchronized (this) {
          if (closed || idle.size() >= policy.ready()) {
            return;
          }
          idle.add(launch(RuntimeEnv.SHARED, 0));
        }
      }
    } catch (IOException e) {
      LOG.warn("no worker can be started ahead of need: {}", e.toString());
    }
  }

  private Worker launch(RuntimeEnv runtimeEnv, int generation) throws IOException {
    Files.createDirectories(session.logs());
    long id = RuntimeBackend.newId(random);
    // Appending, so that what is written after such a file was emptied stands at its beginning.
    ProcessBuilder builder =
        new ProcessBuilder(commandLine(id, runtimeEnv))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logs.begun(id, false).toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(logs.begun(id, true).toFile()));
    builder.environment().putAll(runtimeEnv.variables());
    String gpus = runtimeEnv.variables().get(VisibleGpus.VARIABLE);
    if (gpus != null) {
      builder.environment().putAll(GpuDevices.ofThisMachine().variables(gpus));
    }
    Worker worker = start(id, builder, runtimeEnv, generation);
    worker
        .process()
        .onExit()
        .thenRun(() -> {
          running.remove(id);
          logs.ended(worker.process().pid(), id);
        });
    return worker;
  }

  /** Starts one that {@link #killAll} ends, or none if that has begun. */
  private synchronized Worker start(
      long id, ProcessBuilder builder, RuntimeEnv runtimeEnv, int generation) throws IOException {
    if (closed) {
      throw new IOException("the node is closing");
    }
    Process process = builder.start();
    try {
      logs.started(process.pid(), id);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    Worker worker = new Worker(id, process, runtimeEnv, generation);
    running.put(id, worker);
    return worker;
  }

  /** What a worker that has ended said first, which is most often why; empty if it said nothing. */
  String firstWords(Worker worker) {
    for (boolean isError : new boolean[] {true, false}) {
      Path file = WorkerLogs.file(session.logs(), worker.process().pid(), worker.id(), isError);
      try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
        Optional<String> first = lines.filter(line -> !line.isBlank()).findFirst();
        if (first.isPresent()) {
          String words = first.get().strip();
          return words.length() > MAX_WORDS ? words.substring(0, MAX_WORDS) + "…" : words;
        }
      } catch (IOException | UncheckedIOException unreadable) {
        LOG.debug("reading {}", file, unreadable);
      }
    }
    return "";
  }

  /** Where a worker's errors are written. */
  Path log(Worker worker) {
    return WorkerLogs.file(session.logs(), worker.process().pid(), worker.id(), true);
  }

  private List<String> commandLine(long worker, RuntimeEnv runtimeEnv) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JvmOptions.ofThisJvm());
    words.add("-XX:ErrorFile=" + session.logs().resolve("crash-%p.log"));
    words.add(END_WITHOUT_MEMORY);
    if (policy.debug()) {
      words.add(RuntimeEnv.DEBUG_OPTION);
    }
    words.addAll(runtimeEnv.jvmOptions());
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(WorkerProcess.class.getName());
    words.add(session.folder().toString());
    for (long id : new long[] {session.node(), session.control(), worker}) {
      words.add(Long.toHexString(id));
    }
    words.add(tokenFile.toString());
    words.add(Long.toString(policy.logs().maxBytes()));
    words.add(Integer.toString(policy.logs().files()));
    words.add(Integer.toString(policy.maxTasks()));
    return words;
  }

  /** What was asked of a worker's process. */
  RuntimeEnv runtimeEnv(long worker) {
    Worker found = running.get(worker);
    return found == null ? RuntimeEnv.SHARED : found.runtimeEnv();
  }

  /** Which code of its job a worker has. */
  int generation(long worker) {
    Worker found = running.get(worker);
    return found == null ? 0 : found.generation();
  }

  /** Those that are there, whether they have a job or not. */
  List<Worker> all() {
    return List.copyOf(running.values());
  }

  /** Whether a worker's process is still there. */
  boolean isRunning(long worker) {
    return running.containsKey(worker);
  }

  /** Completed when a worker's process has ended. */
  CompletableFuture<?> ended(long worker) {
    Worker found = running.get(worker);
    return found == null ? CompletableFuture.completedFuture(null) : found.process().onExit();
  }

  /** Ends a worker at once. */
  void kill(long worker) {
    Worker found = running.get(worker);
    if (found != null) {
      found.process().destroyForcibly();
    }
  }

  /** Lets a worker end that has nothing to do any more; if it does not soon, it is killed. */
  void end(long worker) {
    Worker found = running.get(worker);
    if (found != null) {
      found.process().destroy();
      CompletableFuture.delayedExecutor(END_PATIENCE_MS, TimeUnit.MILLISECONDS)
          .execute(() -> found.process().destroyForcibly());
    }
  }

  /** Ends all, and waits until they are gone. */
  void killAll() {
    synchronized (this) {
      closed = true;
      idle.clear();
    }
    List<Worker> all = List.copyOf(running.values());
    all.forEach(worker -> worker.process().destroyForcibly());
    for (Worker each : all) {
      try {
        each.process().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
