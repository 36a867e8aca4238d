package ray.simulator;

import java.util.PriorityQueue;

/**
 * Virtual time: what is to happen when. Things due at the same moment happen in the order in which
 * they were planned.
 */
final class Schedule {
  private record Entry(long timeNs, long number, boolean idle, Runnable what)
      implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(timeNs, other.timeNs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long numbers;
  private long nowNs = 1;
  private long busy;

  /** The time of the simulation, which no process sees. */
  long nowNs() {
    return nowNs;
  }

  void after(long delayNs, Runnable what) {
    busy++;
    entries.add(new Entry(nowNs + delayNs, numbers++, false, what));
  }

  /** Something that happens again and again, whether or not anything goes on. */
  void idly(long delayNs, Runnable what) {
    entries.add(new Entry(nowNs + delayNs, numbers++, true, what));
  }

  /** Whether nothing but what is idle is to happen. */
  boolean isIdle() {
    return busy == 0;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Lets the next thing happen. */
  void next() {
    Entry next = entries.remove();
    nowNs = next.timeNs();
    busy -= next.idle() ? 0 : 1;
    next.what().run();
  }
}
