package ray.simulator;

import java.util.BitSet;

/**
 * What a task does: all that its script decides follows from this and from the values it reads.
 *
 * @param seed of its decisions
 * @param kind what it is
 * @param depth how deep its tasks may nest
 * @param steps how many things it does
 * @param skipped steps that are left out, when a failing program is made smaller
 * @param returns how many results; -1 for a generator
 * @param fails whether it ends with an exception
 * @param failingAttempts how many runs fail with an exception that is retried
 * @param maxRetries how many may
 * @param careful whether it waits only for what it made itself, as actors must
 * @param pure for a method, whether its result depends on nothing but the call
 * @param token for a method, who calls
 * @param sequence for a method, which call of its caller's this is
 * @param features what programs of this run do
 */
record Program(
    long seed,
    Kind kind,
    int depth,
    int steps,
    BitSet skipped,
    int returns,
    boolean fails,
    int failingAttempts,
    int maxRetries,
    boolean careful,
    boolean pure,
    long token,
    int sequence,
    Features features) {

  private static final BitSet NONE = new BitSet();

  /** What a program is. */
  enum Kind {
    DRIVER,
    TASK,
    CREATION,
    METHOD,
    /** A method that ends its actor from within. */
    EXIT,
    GENERATOR,
    /** Returns, as an alias, the first ref in its argument: with others it makes a ring. */
    LINK,
    /** Hands a ref in its argument on, or keeps it beyond its end. */
    RELAY
  }

  /** The program of a driver. */
  static Program driver(long seed, int steps, int depth, BitSet skipped, Features features) {
    return new Program(
        seed, Kind.DRIVER, depth, steps, skipped, 1, false, 0, 0, false, false, 0, 0, features);
  }

  /** A task that this one submits. */
  Program child(Kind childKind, Dice dice) {
    boolean task = childKind == Kind.TASK;
    int retries = task || childKind == Kind.GENERATOR ? dice.below(3) : 0;
    return new Program(
        dice.nextLong(),
        childKind,
        Math.max(0, depth - 1),
        dice.below(8),
        NONE,
        childKind == Kind.GENERATOR ? -1 : task ? 1 + dice.below(2) : 1,
        dice.oneIn(12),
        failingAttempts(childKind, retries, dice),
        retries,
        careful || childKind == Kind.CREATION || childKind == Kind.METHOD,
        false,
        0,
        0,
        features);
  }

  /**
   * Whether it never waits for anything. Only such may hold what nobody gives back who waits: two
   * that hold a half each, and wait for what needs a half, would wait for ever, as in Ray.
   */
  boolean neverWaits() {
    return switch (kind) {
      case LINK, RELAY, EXIT -> true;
      case TASK, GENERATOR, METHOD, CREATION -> steps == 0 || careful && depth == 0;
      case DRIVER -> false;
    };
  }

  /**
   * Whether it may hold what others wait for: it never waits, not even as a generator does, for
   * whoever takes its items, and who perhaps waits for what it holds.
   */
  boolean mayHold() {
    return neverWaits() && kind != Kind.GENERATOR;
  }

  /** A call of an actor that ends it. */
  Program exit() {
    return new Program(seed, Kind.EXIT, 0, 0, NONE, 1, false, 0, 0, true, true, 0, 1, features);
  }

  private static int failingAttempts(Kind kind, int retries, Dice dice) {
    return switch (kind) {
      case TASK -> dice.oneIn(6) ? 1 + dice.below(2) : 0;
      // One that fails for good has made items that depend on where it failed.
      case GENERATOR -> dice.coin() ? Math.min(1, retries) : 0;
      case DRIVER, CREATION, METHOD, EXIT, LINK, RELAY -> 0;
    };
  }

  /** The same, but over soon. */
  Program brief() {
    return with(Math.min(steps, 1), fails, failingAttempts);
  }

  /** The same, but its first run may throw what is worth another run. */
  Program perhapsFailingOnce() {
    return with(steps, fails, seed % 2 == 0 ? 1 : 0);
  }

  /** The same without failures. */
  Program sound() {
    return with(steps, false, 0);
  }

  private Program with(int otherSteps, boolean otherFails, int otherFailingAttempts) {
    return new Program(
        seed,
        kind,
        depth,
        otherSteps,
        skipped,
        returns,
        otherFails,
        otherFailingAttempts,
        maxRetries,
        careful,
        pure,
        token,
        sequence,
        features);
  }

  /** The same as a call of an actor. */
  Program asCall(boolean stateless, long caller, int call) {
    return new Program(
        seed,
        Kind.METHOD,
        depth,
        Math.min(steps, 5),
        NONE,
        1,
        fails,
        0,
        0,
        true,
        stateless,
        caller,
        call,
        features);
  }

  @Override
  public String toString() {
    return kind + " " + Long.toHexString(seed);
  }
}
