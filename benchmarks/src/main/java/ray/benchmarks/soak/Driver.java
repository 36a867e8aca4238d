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

  /** Whether it was told to end, so that what it says besides is cut off, or means nothing. */
  private volatile boolean leaving;

  private volatile boolean killed;
  private volatile long movedMs = System.currentTimeMillis();

  /**
   * Something that a driver says, apart from its progress.
   *
   * @param driver who says it
   * @param kind one of the words that {@link DriverProcess} begins its lines with
   * @param fields what follows
   */
  record Event(Driver driver, String kind, List<String> fields) {}

  private Driver(Process process, Consumer<Event> events) {
    this.process = process;
    this.events = events;
    this.reader = Thread.ofPlatform().daemon().name("driver-output").unstarted(this::read);
  }

  /** Starts one, which runs so many programs at most; harmless ones do no harm to their workers. */
  static Driver start(
      String address, long seed, long programs, boolean harmless, Consumer<Event> events)
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
    words.add(Boolean.toString(harmless));
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
        if (leaving && !fields.getFirst().equals(DriverProcess.PROGRESS)) {
          continue;
        }
        switch (fields.getFirst()) {
          case DriverProcess.PROGRESS -> {
            if (!killed) {
              progress(fields);
            }
          }
          case DriverProcess.WRONG,
              DriverProcess.LOST,
              DriverProcess.HANG,
              DriverProcess.LEFT,
              DriverProcess.STRIKES,
              DriverProcess.STRUCK ->
              events.accept(new Event(this, fields.getFirst(), fields.subList(1, fields.size())));
          default -> {
            // What the JVM or a library says: of note only if nothing is expected.
            if (!line.isBlank() && !line.startsWith("SLF4J")) {
              events.accept(new Event(this, DriverProcess.WRONG, List.of("-", "-", line)));
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

  /** Tells it to end at once, in order, whatever it runs. */
  void leave() {
    leaving = true;
    try {
      process
          .getOutputStream()
          .write((DriverProcess.LEAVE + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException ended) {
      // It has.
    }
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
    leaving = true;
    killed = true;
    process.destroyForcibly();
  }
}
