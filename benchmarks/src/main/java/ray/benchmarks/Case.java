package ray.benchmarks;

import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** One line of the microbenchmark. */
sealed interface Case {
  /** Its name; Ray's own where Ray has the same case. */
  String name();

  /** What it should reach. */
  Goal goal();

  /** Measures it, on instances that start so. */
  Result measure(Timing timing, RayOptions options) throws Exception;

  /** Makes what a case repeats; the instance is the default one. */
  @FunctionalInterface
  interface Preparation {
    Work prepare(RayInstance ray) throws Exception;
  }

  /** Measures by its own means. */
  @FunctionalInterface
  interface Measurement {
    Result measure(String name, Timing timing) throws Exception;
  }

  /**
   * Work that is repeated for a time, on an instance of its own.
   *
   * @param factor how many operations, or other units, one repetition is
   */
  record Repeated(String name, double factor, Goal goal, Preparation preparation) implements Case {
    @Override
    public Result measure(Timing timing, RayOptions options) throws Exception {
      try (RayInstance ray = Ray.init(options)) {
        return new Repetition(timing, factor).measure(name, preparation.prepare(ray));
      }
    }
  }

  /** The same, on an instance that uses nothing of its node but its port. */
  record OverTcp(Repeated repeated) implements Case {
    private static final String SCHEME = "ray://";

    @Override
    public String name() {
      return repeated.name();
    }

    @Override
    public Goal goal() {
      return repeated.goal();
    }

    @Override
    public Result measure(Timing timing, RayOptions options) throws Exception {
      String address = String.valueOf(options.address());
      return repeated.measure(
          timing,
          address.startsWith(SCHEME)
              ? options.address("ray+tcp://" + address.substring(SCHEME.length()))
              : options);
    }
  }

  /** What needs a way of measuring of its own, in this JVM. */
  record Special(String name, Goal goal, Measurement measurement) implements Case {
    @Override
    public Result measure(Timing timing, RayOptions options) throws Exception {
      return measurement.measure(name, timing);
    }
  }
}
