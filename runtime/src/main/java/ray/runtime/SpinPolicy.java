package ray.runtime;

/**
 * For how long a thread that waits spins before it parks: not at all where recent waits were long,
 * as to be woken is cheaper then.
 *
 * <p>Where an answer comes from another process, to spin is also what makes it come soon. The other
 * side looks for the next question for a moment only; if that comes later, because who asks it had
 * to be woken, the other has to be woken, too, and so on with the next. One pause of the machine
 * would so end the spinning for good. Therefore a thread spins for longer than most waits are,
 * until one that was woken can have answered, and where that was in vain, it tries again: some
 * waits in a row, soon at first, then more seldom.
 *
 * <p>Used by many threads at a time, racy by design.
 */
final class SpinPolicy {
  /** A wait counts as no longer than so many short ones: one pause of the machine is no habit. */
  private static final long MOST_SHORT = 4;

  /** Where answers come from others, a spin is so many times as long as a short wait. */
  private static final long OTHERS_ANSWER = 3;

  /** A wait is worth another try if the last was no longer than so many short ones. */
  private static final long WORTH_TRYING = 6;

  /** How many waits in a row are tried. */
  private static final int TRIES = 8;

  /** After how many waits without a spin it is tried first; twice as many each time. */
  private static final int FIRST_PAUSE = 2;

  private static final int LONGEST_PAUSE = 64;

  private final long shortNs;
  private final boolean fromOthers;

  private volatile long averageNs;
  private volatile long lastNs;
  private volatile int triesLeft;
  private volatile int paused;
  private volatile int pause = FIRST_PAUSE;

  /**
   * A policy.
   *
   * @param shortNs what is a short wait: worth spinning for, and no longer than that
   * @param fromOthers whether answers come from other processes
   */
  SpinPolicy(long shortNs, boolean fromOthers) {
    this.shortNs = shortNs;
    this.fromOthers = fromOthers;
  }

  /** For how long to spin in a wait that begins now; 0 if not at all. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one wait more or less
  long patienceNs() {
    long patienceNs = fromOthers ? OTHERS_ANSWER * shortNs : shortNs;
    if (averageNs < shortNs) {
      pause = FIRST_PAUSE;
      return patienceNs;
    }
    if (!fromOthers || lastNs > WORTH_TRYING * shortNs) {
      return 0;
    }
    if (triesLeft > 0) {
      triesLeft--;
      return patienceNs;
    }
    if (++paused <= pause) {
      return 0;
    }
    paused = 0;
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    triesLeft = TRIES - 1;
    return patienceNs;
  }

  /** A wait has taken so long. Shorter ones than before count for more. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // an average of most is as good
  void waited(long ns) {
    lastNs = ns;
    long sampleNs = Math.min(ns, MOST_SHORT * shortNs);
    averageNs += (sampleNs - averageNs) / (sampleNs < averageNs ? 4 : 8);
  }
}
