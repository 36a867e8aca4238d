package ray.benchmarks.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A {@link DriverProcess} as the one sees it that started it. Thread-safe. */
final class Driver {
  private static final String HEAP = "-Xmx512m";

  private final Process process;
  private final Thread reader;
  private final Consumer<Driver.Event> events;
  private volatile long tasks;
  private volatile Map<Kind, Long> programs = Map.of();
  private volatile long movedMs = System.currentTimeMillis();

  /**
   * Something that a driver says, apart from its progress.
   *
   * @param kind one of the words that {@link DriverProcess} begins its lines with
   * @param fields what follows
   */
  record Event(String kind, List<String> fields) {}

  private Driver(Process process, Consumer<Event> events) {
    this.process = process;
    this.events = events;
    this.reader = Thread.ofPlatform().daemon().name("driver-output").unstarted(this::read);
  }

  /** Starts one, which runs so many programs at most. */
  static Driver start(String address, long seed, long programs, Consumer<Event> events)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add(HEAP);
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(DriverProcess.class.getName());
    words.add(address);
    words.add(Long.toString(seed));
    words.add(Long.toString(programs));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    Driver driver = new Driver(process, events);
    driver.reader.start();
    return driver;
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        List<String> fields = List.of(line.split("\t", -1));
        switch (fields.getFirst()) {
          case DriverProcess.PROGRESS -> progress(fields);
          case DriverProcess.WRONG, DriverProcess.LOST, DriverProcess.HANG, DriverProcess.LEFT ->
              events.accept(new Event(fields.getFirst(), fields.subList(1, fields.size())));
          default -> {
            // What the JVM or a library says: of note only if nothing is expected.
            if (!line.isBlank() && !line.startsWith("SLF4J")) {
              events.accept(new Event(DriverProcess.WRONG, List.of("-", "-", line)));
            }
          }
        }
      }
    } catch (IOException ended) {
      // Its exit code tells.
    }
  }

  private void progress(List<String> fields) {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    for (String each : fields.subList(2, fields.size())) {
      int equals = each.indexOf('=');
      counts.put(Kind.valueOf(each.substring(0, equals)), Long.valueOf(each.substring(equals + 1)));
    }
    long now = Long.parseLong(fields.get(1));
    if (now != tasks || !counts.equals(programs)) {
      movedMs = System.currentTimeMillis();
    }
    tasks = now;
    programs = counts;
  }

  long tasks() {
    return tasks;
  }

  Map<Kind, Long> programs() {
    return programs;
  }

  /** When it last got on. */
  long movedMs() {
    return movedMs;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Tells it to end what it runs, and no more. */
  void stop() {
    try {
      process.getOutputStream().close();
    } catch (IOException ended) {
      // It has.
    }
  }

  /** Waits for its end; returns whether it has ended well. */
  boolean await(long seconds) throws InterruptedException {
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    if (ended) {
      reader.join(TimeUnit.SECONDS.toMillis(5));
    }
    return ended && process.exitValue() == 0;
  }

  /** Ends it at once. */
  void kill() {
    process.destroyForcibly();
  }
}
