package ray.core;

import org.jspecify.annotations.Nullable;

/**
 * What must hold in a core, or must never be. Checked in simulations and in production alike, so a
 * check must cost next to nothing: some comparisons, and no text unless it fails.
 */
public final class Invariant {
  private Invariant() {}

  /** A core is not in the state that it must be in: a bug, after which nothing of it is certain. */
  public static final class Broken extends IllegalStateException {
    private static final long serialVersionUID = 1;

    Broken(String message) {
      super(message);
    }
  }

  /**
   * Checks that something holds.
   *
   * @param rule what must hold, in words
   * @param about what it is said of, for the message
   * @throws Broken if it does not
   */
  public static void check(boolean holds, String rule, @Nullable Object about) {
    if (!holds) {
      throw broken(rule, about);
    }
  }

  /** Checks that a count, of which nothing is ever taken that was not given, is not negative. */
  public static void notNegative(long count, String what, @Nullable Object about) {
    if (count < 0) {
      throw broken(what + " must not be negative, and is " + count, about);
    }
  }

  private static Broken broken(String rule, @Nullable Object about) {
    return new Broken("broken invariant: " + rule + ": " + about);
  }
}
