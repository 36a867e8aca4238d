package ray.core;

import java.util.LinkedHashSet;

/**
 * Who is gone. What others say of a process can come after its death, and must not be believed
 * then. Bounded: what is said so late that this many have died since is believed wrongly, which at
 * worst keeps an object or a lease for longer than it should be.
 */
public final class DeadProcesses {
  private static final int MAX_REMEMBERED = 10_000;

  private final LinkedHashSet<Long> dead = new LinkedHashSet<>();

  /** A process is gone. */
  public void add(long process) {
    if (dead.add(process) && dead.size() > MAX_REMEMBERED) {
      dead.removeFirst();
    }
  }

  /** Whether a process is known to be gone. */
  public boolean contains(long process) {
    return !dead.isEmpty() && dead.contains(process);
  }
}
