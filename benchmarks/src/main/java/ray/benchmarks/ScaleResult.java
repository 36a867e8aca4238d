package ray.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A figure that was measured.
 *
 * @param line what it is
 * @param first the first time
 * @param later the median of the other times, if there were any
 */
record ScaleResult(ScaleCase.Line line, double first, OptionalDouble later) {
  /** A result of values in the order in which they were measured. */
  static ScaleResult of(ScaleCase.Line line, double[] values) {
    double[] others = Arrays.copyOfRange(values, 1, values.length);
    Arrays.sort(others);
    return new ScaleResult(
        line,
        values[0],
        others.length == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(others[(others.length - 1) / 2]));
  }

  /** How far the goal is reached by a value; 1 and more is all of it. */
  OptionalDouble reached(double value) {
    OptionalDouble goal = line.goal();
    return goal.isEmpty() ? goal : OptionalDouble.of(goal.getAsDouble() / value);
  }

  /** As an object of JSON. */
  String json() {
    StringBuilder json = new StringBuilder();
    json.append(
        String.format(
            Locale.ROOT,
            "{\"name\": \"%s\", \"unit\": \"%s\", \"first\": %.6f",
            line.name(),
            line.unit().symbol(),
            first));
    later.ifPresent(value -> json.append(String.format(Locale.ROOT, ", \"later\": %.6f", value)));
    line.goal()
        .ifPresent(value -> json.append(String.format(Locale.ROOT, ", \"goal\": %.6f", value)));
    return json.append('}').toString();
  }
}
