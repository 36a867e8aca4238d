package ray.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ray.core.DeathCause;
import ray.core.Message;

/**
 * Carries messages: in order within a connection, in any order across connections, over breaks. It
 * tells a process of another's death, once what that one sent last has arrived; and again whenever
 * the process sends something to it.
 */
final class Network {
  /**
   * How many bytes may wait on one connection. Programs of the simulator are small: more than this
   * means that something is sent without end.
   */
  private static final long MAX_QUEUED_BYTES = 1 << 20;

  /** The far ends. */
  interface Members {
    boolean isAlive(long process);

    /** Whether a process knows that another is gone. */
    boolean isTold(long process, long dead);

    void deliver(long from, long to, Object payload);

    /** How many times slower than others a process is. */
    int slowness(long process);
  }

  private record Pair(long from, long to) {}

  private record Obituary(Message.ProcessDied died) {}

  private final Schedule schedule;
  private final Members members;
  private final Dice dice;
  private final Trace trace;
  private final long meanDelayNs;
  private final Map<Pair, Connection> connections = new LinkedHashMap<>();
  private final Map<Long, String> reasons = new LinkedHashMap<>();
  private final Map<Long, DeathCause> causes = new HashMap<>();
  private final Map<Pair, Boolean> noticesUnderWay = new LinkedHashMap<>();
  private long messages;
  private long maxQueuedBytes;

  Network(Schedule schedule, Members members, Dice dice, long meanDelayNs, Trace trace) {
    this.schedule = schedule;
    this.members = members;
    this.dice = dice;
    this.meanDelayNs = meanDelayNs;
    this.trace = trace;
  }

  /** How many messages have arrived. */
  long messages() {
    return messages;
  }

  void send(long from, long to, Object payload) {
    if (!members.isAlive(from)) {
      return;
    }
    if (members.isTold(from, to)) {
      noticeAgain(from, to);
      return;
    }
    Connection connection = connection(from, to);
    Connection.Frame frame = connection.add(payload, Sizes.of(payload));
    checkBound(connection);
    if (!connection.down) {
      transmit(connection, frame);
    }
  }

  private Connection connection(long from, long to) {
    return connections.computeIfAbsent(
        new Pair(from, to),
        pair -> {
          long[] factors = {1, 1, 2, 8, 30};
          long delay = from == to ? 1000 : meanDelayNs * factors[dice.below(factors.length)];
          return new Connection(from, to, delay);
        });
  }

  private void checkBound(Connection connection) {
    if (connection.inFlight() > 16) {
      long queued = 0;
      for (Connection.Frame frame : connection.next(Integer.MAX_VALUE)) {
        queued += frame.sizeBytes();
      }
      maxQueuedBytes = Math.max(maxQueuedBytes, queued);
      if (queued > MAX_QUEUED_BYTES) {
        throw new Violation(
            Rule.QUEUES_BOUNDED, queued + " bytes wait from " + Trace.name(connection.from));
      }
    }
  }

  private void transmit(Connection connection, Connection.Frame frame) {
    long slowness = Math.max(members.slowness(connection.from), members.slowness(connection.to));
    long delayNs = dice.around(connection.delayNs) * slowness;
    long arrivalNs = Math.max(connection.lastArrivalNs, schedule.nowNs() + delayNs);
    connection.lastArrivalNs = arrivalNs;
    int epoch = connection.epoch;
    schedule.after(
        arrivalNs - schedule.nowNs(),
        () -> {
          if (connection.epoch == epoch) {
            arrive(connection, frame);
          }
        });
  }

  private void arrive(Connection connection, Connection.Frame frame) {
    if (!connection.accept(frame)) {
      return;
    }
    long from = connection.from;
    long to = connection.to;
    if (!members.isAlive(to)) {
      if (members.isAlive(from)) {
        noticeAgain(from, to);
      }
    } else if (frame.payload() instanceof Obituary(Message.ProcessDied died)) {
      members.deliver(from, to, died);
    } else if (!members.isTold(to, from)) {
      messages++;
      trace.message(from, to, frame.payload());
      members.deliver(from, to, frame.payload());
    }
  }

  // ---- breaks

  /** Breaks some connection for a while; returns whether there is any. */
  boolean breakOne(long durationNs) {
    List<Connection> able = new ArrayList<>();
    for (Connection each : connections.values()) {
      if (!each.down && each.from != each.to && each.inFlight() > 0) {
        able.add(each);
      }
    }
    if (able.isEmpty()) {
      return false;
    }
    Connection broken = dice.pick(able);
    trace.note("break", broken.from, broken.to);
    broken.epoch++;
    broken.down = true;
    for (Connection.Frame frame : broken.next(dice.below(broken.inFlight() + 1))) {
      // It arrives, but the sender will not learn of it.
      schedule.after(0, () -> arrive(broken, frame));
    }
    schedule.after(durationNs, () -> restore(broken));
    return true;
  }

  private void restore(Connection broken) {
    broken.down = false;
    broken.lastArrivalNs = schedule.nowNs();
    if (members.isAlive(broken.from)) {
      trace.note("restore", broken.from, broken.to);
      broken.unconfirmed(dice).forEach(frame -> transmit(broken, frame));
    }
  }

  // ---- deaths

  /** Whether all that a process has sent has arrived. */
  boolean isFlushed(long process) {
    for (Connection each : connections.values()) {
      if (each.from == process && (each.down || each.inFlight() > 0)) {
        return false;
      }
    }
    return true;
  }

  /** A process has stopped: of what it sent last some is lost. */
  void cut(long process) {
    for (Connection each : connections.values()) {
      if (each.from == process) {
        each.cut(each.down ? 0 : dice.below(each.inFlight() + 1));
        each.down = false;
      }
    }
  }

  /** Tells a process of another's death, after what that one sent last. */
  void announce(long dead, long to, String reason, long delayNs) {
    reasons.put(dead, reason);
    schedule.after(
        delayNs,
        () -> {
          Connection last = connection(dead, to);
          last.lastArrivalNs = Math.max(last.lastArrivalNs, schedule.nowNs());
          Obituary obituary = new Obituary(died(dead, reason));
          schedule.after(
              last.lastArrivalNs - schedule.nowNs(), () -> deliverObituary(last, obituary));
        });
  }

  /** A process is about to be ended by its node. */
  void endedByNode(long process, DeathCause cause) {
    causes.put(process, cause);
  }

  private Message.ProcessDied died(long process, String reason) {
    return new Message.ProcessDied(process, reason, causes.getOrDefault(process, DeathCause.LOST));
  }

  private void deliverObituary(Connection last, Obituary obituary) {
    if (members.isAlive(last.to)) {
      trace.note("died", last.from, last.to);
      members.deliver(last.from, last.to, obituary.died());
    }
  }

  private void noticeAgain(long from, long to) {
    Pair pair = new Pair(from, to);
    if (noticesUnderWay.putIfAbsent(pair, true) == null) {
      schedule.after(
          dice.around(meanDelayNs),
          () -> {
            noticesUnderWay.remove(pair);
            if (members.isAlive(from)) {
              trace.note("unreachable", from, to);
              String reason = reasons.getOrDefault(to, "it can't be reached");
              members.deliver(to, from, died(to, reason));
            }
          });
    }
  }
}
