package ray.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import ray.Resources;

/** Sizes, times and resources for people. */
final class Amounts {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
  private static final double STEP = 1024;

  private Amounts() {}

  /** A size: {@code 512 B}, {@code 1.5 MiB}. */
  static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= STEP && unit < UNITS.size() - 1) {
      amount /= STEP;
      unit++;
    }
    String digits = unit == 0 || amount >= 100 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, digits, amount, UNITS.get(unit));
  }

  /** A size that is not known if it is 0. */
  static String knownBytes(long bytes) {
    return bytes == 0 ? "" : bytes(bytes);
  }

  /** How long something has lasted: {@code 3.2 s}, {@code 4 min}, {@code 2 h 5 min}. */
  static String since(Instant then) {
    Duration age = Duration.between(then, Instant.now());
    double seconds = Math.max(0, age.toMillis() / 1e3);
    if (seconds < 100) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    if (age.toMinutes() < 100) {
      return age.toMinutes() + " min";
    }
    return age.toDays() < 2
        ? age.toHours() + " h " + age.toMinutesPart() + " min"
        : age.toDays() + " days";
  }

  /** Resources, with memory as a size: {@code 1 CPU, 2.0 GiB memory}. */
  static String of(Resources resources) {
    return resources.amounts().entrySet().stream()
        .map(each -> of(each.getKey(), each.getValue()) + " " + each.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String of(String name, double amount) {
    return name.equals(Resources.MEMORY) ? bytes((long) amount) : number(amount);
  }

  /** How much of each resource is in use: {@code CPU 1 of 2, memory 0 B of 4.0 GiB}. */
  static String use(Resources total, Resources available) {
    return total.amounts().entrySet().stream()
        .map(each -> {
          String name = each.getKey();
          double used = each.getValue() - available.amount(name);
          return name + " " + of(name, used) + " of " + of(name, each.getValue());
        })
        .collect(Collectors.joining(", "));
  }

  private static String number(double amount) {
    return amount == Math.rint(amount) ? Long.toString((long) amount) : Double.toString(amount);
  }
}
