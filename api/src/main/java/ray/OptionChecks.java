package ray;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Checks of option values; each failure names the option, the value and what is allowed. */
final class OptionChecks {
  private OptionChecks() {}

  static void retries(String option, int value) {
    if (value < -1) {
      throw new IllegalArgumentException(
          option + " is a number of times, or -1 for no limit, not " + value);
    }
  }

  static void atLeastOne(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + " must be at least 1, not " + value);
    }
  }

  static void positive(String option, @Nullable Duration value) {
    if (value != null && (value.isNegative() || value.isZero())) {
      throw new IllegalArgumentException(option + " must be longer than zero, not " + value);
    }
  }
}
