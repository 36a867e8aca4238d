package ray;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Amounts of named resources. An amount is kept in ten-thousandths, so that fractions add up
 * exactly. {@code CPU} counts cores, {@code GPU} graphics processors, {@code memory} bytes; every
 * other name is the program's own.
 *
 * @param units the amount of each resource that is not zero, in ten-thousandths, by name
 */
public record Resources(Map<String, Long> units) {
  /** The name of the CPU resource. */
  public static final String CPU = "CPU";

  /** The name of the memory resource, in bytes. */
  public static final String MEMORY = "memory";

  /** The name of the GPU resource. */
  public static final String GPU = "GPU";

  /** How many units make one. */
  public static final long UNITS_PER_ONE = 10_000;

  /** Nothing. */
  public static final Resources NONE = new Resources(Map.of());

  /** One CPU. */
  public static final Resources ONE_CPU = NONE.with(CPU, 1);

  /** Checks and copies; the order of names is fixed, so that equal resources print equally. */
  public Resources {
    TreeMap<String, Long> kept = new TreeMap<>();
    units.forEach((name, amount) -> {
      if (amount < 0) {
        throw new IllegalArgumentException(
            "resource " + name + " must not be negative, not " + (double) amount / UNITS_PER_ONE);
      }
      if (amount > 0) {
        kept.put(name, amount);
      }
    });
    units = Map.copyOf(kept);
  }

  /** A copy with another amount of one resource. */
  public Resources with(String name, double amount) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a resource needs a name");
    }
    if (!(amount >= 0) || amount > Long.MAX_VALUE / UNITS_PER_ONE) {
      throw new IllegalArgumentException(
          "resource " + name + " must be a number that is not negative, not " + amount);
    }
    if (name.equals(GPU) && amount > 1 && amount != Math.rint(amount)) {
      throw new IllegalArgumentException(
          "GPUs come whole, or as a fraction of one, not as " + amount + ": ask for less or more");
    }
    Map<String, Long> changed = new TreeMap<>(units);
    changed.put(name, Math.round(amount * UNITS_PER_ONE));
    return new Resources(changed);
  }

  /** The amount of one resource. */
  public double amount(String name) {
    return (double) units.getOrDefault(name, 0L) / UNITS_PER_ONE;
  }

  /** Every amount that is not zero, by name, as a map that iterates in the order of names. */
  public Map<String, Double> amounts() {
    return units.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e -> (double) e.getValue() / UNITS_PER_ONE,
                Double::sum,
                TreeMap::new));
  }

  /** As people write it: {@code {CPU: 1, tickets: 0.5}}. */
  @Override
  public String toString() {
    return new TreeMap<>(units)
        .entrySet().stream()
            .map(e -> e.getKey() + ": " + format(e.getValue()))
            .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String format(long units) {
    return units % UNITS_PER_ONE == 0
        ? Long.toString(units / UNITS_PER_ONE)
        : Double.toString((double) units / UNITS_PER_ONE);
  }
}
