package ray.benchmarks;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What was measured.
 *
 * @param name the case's name
 * @param perSecond operations a second, the mean of the rounds
 * @param stddev the standard deviation of the rounds
 * @param p50Us what half of the single operations did not exceed, in microseconds
 * @param p90Us the same for 90 percent
 * @param p99Us the same for 99 percent
 * @param maxUs the slowest one
 * @param cpuUs processor time of the whole process for each operation, in microseconds, where that
 *     was measured: unlike the rate, it hardly depends on what else the machine does
 * @param heapBytes how much heap was needed, where the case is about that
 * @param note what else a reader should know; may be empty
 */
record Result(
    String name,
    double perSecond,
    double stddev,
    double p50Us,
    double p90Us,
    double p99Us,
    double maxUs,
    OptionalDouble cpuUs,
    OptionalLong heapBytes,
    String note) {

  /** A result from the rates of rounds. */
  static Result of(String name, List<Double> rates, Latencies latencies) {
    double mean = rates.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    double variance =
        rates.stream().mapToDouble(rate -> (rate - mean) * (rate - mean)).average().orElse(0);
    return new Result(
        name,
        mean,
        Math.sqrt(variance),
        latencies.percentileUs(50),
        latencies.percentileUs(90),
        latencies.percentileUs(99),
        latencies.maxUs(),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        "");
  }

  Result withHeapBytes(long bytes) {
    return new Result(
        name, perSecond, stddev, p50Us, p90Us, p99Us, maxUs, cpuUs, OptionalLong.of(bytes), note);
  }

  Result withCpuUs(double microseconds) {
    return new Result(
        name,
        perSecond,
        stddev,
        p50Us,
        p90Us,
        p99Us,
        maxUs,
        OptionalDouble.of(microseconds),
        heapBytes,
        note);
  }

  Result withNote(String text) {
    return new Result(name, perSecond, stddev, p50Us, p90Us, p99Us, maxUs, cpuUs, heapBytes, text);
  }
}
