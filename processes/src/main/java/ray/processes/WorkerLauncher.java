package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Starts worker JVMs, with the class path and the options of this one. Thread-safe. */
final class WorkerLauncher {
  private final Payload.Session session;
  private final Path tokenFile;
  private final Map<Long, Process> running = new ConcurrentHashMap<>();

  WorkerLauncher(Payload.Session session, Path tokenFile) {
    this.session = session;
    this.tokenFile = tokenFile;
  }

  /** Starts a worker; its output goes to files of the session. */
  Process start(long worker, long job, long driver) throws IOException {
    Files.createDirectories(session.logs());
    String name = Long.toHexString(worker);
    Process started =
        new ProcessBuilder(commandLine(worker, job, driver))
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(session.logs().resolve("worker-" + name + ".out").toFile())
            .redirectError(log(worker).toFile())
            .start();
    running.put(worker, started);
    started.onExit().thenRun(() -> running.remove(worker));
    return started;
  }

  /** Where a worker's errors are written. */
  Path log(long worker) {
    return session.logs().resolve("worker-" + Long.toHexString(worker) + ".err");
  }

  private List<String> commandLine(long worker, long job, long driver) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JvmOptions.ofThisJvm());
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(WorkerProcess.class.getName());
    words.add(session.folder().toString());
    for (long id : new long[] {session.node(), session.control(), worker, job, driver}) {
      words.add(Long.toHexString(id));
    }
    words.add(tokenFile.toString());
    return words;
  }

  /** Ends a worker at once. */
  void kill(long worker) {
    Process process = running.get(worker);
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** Ends all, and waits until they are gone. */
  void killAll() {
    List<Process> all = List.copyOf(running.values());
    all.forEach(Process::destroyForcibly);
    for (Process each : all) {
      try {
        each.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
