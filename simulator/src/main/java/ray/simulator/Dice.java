package ray.simulator;

import java.util.List;

/**
 * The only source of chance: a sequence of numbers that its seed decides, the same on every machine
 * (SplitMix64; Steele, Lea and Flood, 2014).
 */
final class Dice {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private long state;

  Dice(long seed) {
    this.state = mix(seed ^ STEP);
  }

  /** Dice for one purpose, which do not depend on how often those for others were thrown. */
  static Dice of(long seed, long purpose) {
    return new Dice(mix(seed) + mix(purpose * STEP));
  }

  static long mix(long number) {
    long mixed = (number ^ number >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  long nextLong() {
    state += STEP;
    return mix(state);
  }

  /** A number below a bound. */
  int below(int bound) {
    return (int) ((nextLong() >>> 33) % bound);
  }

  /** A number between two, both included. */
  int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /** True once in so many times. */
  boolean oneIn(int times) {
    return below(times) == 0;
  }

  boolean coin() {
    return nextLong() < 0;
  }

  <T> T pick(List<T> from) {
    return from.get(below(from.size()));
  }

  /** A time around a mean: mostly less, now and then several times as long. */
  long around(long meanNs) {
    double unit = ((nextLong() >>> 11) + 1) * 0x1.0p-53;
    return 1 + (long) (-StrictMath.log(unit) * meanNs);
  }
}
