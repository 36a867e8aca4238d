package ray.benchmarks.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The drivers of a soak: so many at a time, each of which is replaced when it is killed or ends.
 * Used by one thread.
 */
final class Drivers implements AutoCloseable {
  private static final long END_SECONDS = 120;
  private static final long LEAVE_MS = 60_000;

  private final String address;
  private final long firstSeed;
  private final boolean onlyKills;
  private final Consumer<Driver.Event> events;
  private final List<Driver> running = new ArrayList<>();
  private final List<Leaving> leaving = new ArrayList<>();
  private final List<Driver> gone = new ArrayList<>();
  private int started;

  private record Leaving(Driver driver, long sinceMs) {}

  /** Drivers of a node, whose seeds follow from one. */
  Drivers(String address, long firstSeed, boolean onlyKills, Consumer<Driver.Event> events) {
    this.onlyKills = onlyKills;
    this.address = address;
    this.firstSeed = firstSeed;
    this.events = events;
  }

  void start() throws IOException {
    running.add(Driver.start(address, firstSeed + ++started, Long.MAX_VALUE, onlyKills, events));
  }

  /** Those that run programs. */
  List<Driver> running() {
    return running;
  }

  private Driver replaceOne(SplittableRandom random) throws IOException {
    Driver chosen = running.remove(random.nextInt(running.size()));
    start();
    return chosen;
  }

  /** Kills one, and starts another. */
  boolean killOne(SplittableRandom random) throws IOException {
    Driver chosen = replaceOne(random);
    chosen.kill();
    gone.add(chosen);
    return true;
  }

  /** Tells one to close Ray and end at once, and starts another. */
  boolean endOne(SplittableRandom random) throws IOException {
    Driver chosen = replaceOne(random);
    chosen.leave();
    leaving.add(new Leaving(chosen, System.currentTimeMillis()));
    return true;
  }

  /** What is wrong with those that were told to end; empty if nothing is. */
  String check() throws InterruptedException {
    for (Leaving each : List.copyOf(leaving)) {
      if (!each.driver().isAlive()) {
        leaving.remove(each);
        gone.add(each.driver());
        if (!each.driver().await(1)) {
          return "a driver that closed Ray has not ended well";
        }
      } else if (System.currentTimeMillis() - each.sinceMs() > LEAVE_MS) {
        return "a driver that was told to close Ray did not end";
      }
    }
    return "";
  }

  /** Lets all end what they run; returns what was wrong with that, or nothing. */
  String end() throws InterruptedException {
    running.forEach(Driver::stop);
    for (Driver driver : running) {
      if (!driver.await(END_SECONDS)) {
        return "a driver has not ended well";
      }
    }
    for (Leaving each : leaving) {
      if (!each.driver().await(END_SECONDS)) {
        return "a driver that closed Ray has not ended well";
      }
    }
    return "";
  }

  private Stream<Driver> all() {
    return Stream.of(running.stream(), leaving.stream().map(Leaving::driver), gone.stream())
        .flatMap(each -> each);
  }

  /** How many tasks and calls all of them have submitted. */
  long tasks() {
    return all().mapToLong(Driver::tasks).sum();
  }

  /** How many programs all of them have run, by kind. */
  Map<Kind, Long> programs() {
    Map<Kind, Long> programs = new TreeMap<>();
    all()
        .forEach(driver ->
            driver.programs().forEach((kind, count) -> programs.merge(kind, count, Long::sum)));
    return programs;
  }

  @Override
  public void close() {
    all().forEach(Driver::kill);
  }
}
