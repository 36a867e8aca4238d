package ray.simulator;

/** A process's own clock: it starts anywhere, and runs somewhat faster or slower than others. */
final class Clock {
  private final Schedule schedule;
  private final long startNs;
  private final long millionths;

  Clock(Schedule schedule, long startNs, long millionths) {
    this.schedule = schedule;
    this.startNs = startNs;
    this.millionths = millionths;
  }

  static Clock exact(Schedule schedule) {
    return new Clock(schedule, 0, 0);
  }

  long nowNs() {
    long nowNs = schedule.nowNs();
    return startNs + nowNs + nowNs * millionths / 1_000_000;
  }
}
