package ray.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import ray.RayOptions;

/**
 * A limit of scale: something that is done once, of a size that shows what grows with it.
 *
 * @param lines what is measured by doing it
 * @param measurement does it
 * @param times how often: the first time is what a program sees that does it once
 */
record ScaleCase(List<Line> lines, Measurement measurement, int times) {
  /** What a figure counts. */
  enum Unit {
    /** Seconds. */
    SECONDS("s") {
      @Override
      String text(double value) {
        return value < 0.01
            ? String.format(Locale.ROOT, "%.3f ms", value * 1_000)
            : String.format(Locale.ROOT, "%.3f s", value);
      }
    },
    /** 2^20 bytes. */
    MEBIBYTES("MiB") {
      @Override
      String text(double value) {
        return String.format(Locale.ROOT, "%,.0f MiB", value);
      }
    };

    private final String symbol;

    Unit(String symbol) {
      this.symbol = symbol;
    }

    /** For a person. */
    abstract String text(double value);

    /** For a machine. */
    String symbol() {
      return symbol;
    }
  }

  /**
   * One figure.
   *
   * @param goal what it should not exceed, on two cores
   */
  record Line(String name, Unit unit, OptionalDouble goal) {
    static Line seconds(String name) {
      return new Line(name, Unit.SECONDS, OptionalDouble.empty());
    }

    static Line seconds(String name, double goal) {
      return new Line(name, Unit.SECONDS, OptionalDouble.of(goal));
    }

    static Line mebibytes(String name, double goal) {
      return new Line(name, Unit.MEBIBYTES, OptionalDouble.of(goal));
    }
  }

  /** Does it, with the default instance of Ray. */
  @FunctionalInterface
  interface Measurement {
    /**
     * A figure for each line.
     *
     * @param options how that instance was started
     */
    double[] measure(RayOptions options) throws Exception;
  }

  /** Copies, and checks. */
  ScaleCase {
    lines = List.copyOf(lines);
    if (lines.isEmpty() || times < 1) {
      throw new IllegalArgumentException("a case has lines and is done at least once");
    }
  }

  List<String> names() {
    return lines.stream().map(Line::name).toList();
  }
}
