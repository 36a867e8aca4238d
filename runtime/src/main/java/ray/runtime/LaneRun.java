package ray.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import ray.core.executor.ExecutorCore;
import ray.core.executor.Lane;

/**
 * One thread's way through a lane. Runs that it has not begun can be taken from it, all at once, by
 * whoever finds that it is held up.
 */
final class LaneRun {
  private final Lane lane;
  private final AtomicInteger next = new AtomicInteger();

  /** How many have begun; used by the lane's own thread. */
  private int begun;

  /** Results that were not handed on yet. */
  private List<ExecutorCore.Result> results = new ArrayList<>();

  /** When the current run began, for those who look whether the lane is held up. */
  private volatile long beganNs;

  LaneRun(Lane lane, long nowNs) {
    this.lane = lane;
    this.beganNs = nowNs;
  }

  Lane lane() {
    return lane;
  }

  int size() {
    return lane.runs().size();
  }

  /** The index of the next run to begin; at least {@link #size} when there is none. */
  int advance(long nowNs) {
    beganNs = nowNs;
    int index = next.getAndIncrement();
    if (index < size()) {
      begun = index + 1;
    }
    return index;
  }

  /** How many have begun, for the lane's own thread; fewer than the size if the rest was taken. */
  int begun() {
    return begun;
  }

  long beganNs() {
    return beganNs;
  }

  boolean hasUnbegun() {
    return next.get() < size();
  }

  /** Takes all runs that have not begun; returns the index of the first of them, or the size. */
  int takeRest() {
    return Math.min(next.getAndSet(Integer.MAX_VALUE / 2), size());
  }

  void add(ExecutorCore.Result result) {
    results.add(result);
  }

  int resultCount() {
    return results.size();
  }

  List<ExecutorCore.Result> takeResults() {
    List<ExecutorCore.Result> taken = results;
    results = new ArrayList<>();
    return taken;
  }
}
