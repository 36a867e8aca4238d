package ray.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One direction between two processes, with the session that carries messages over breaks: both
 * ends number them, the sender keeps what the receiver may not have, and after a break it sends
 * that again; what comes twice is dropped by its number. So the cores get each message once and in
 * order, as {@link ray.core.Message} promises them.
 */
final class Connection {
  /** How far what the sender knows to have arrived lags behind, at most. */
  private static final int UNCONFIRMED = 4;

  /** A message with its number. */
  record Frame(long number, Object payload, int sizeBytes) {}

  final long from;
  final long to;

  /** The usual delay. */
  final long delayNs;

  private final ArrayDeque<Frame> kept = new ArrayDeque<>();
  private long sent;
  private long received;

  /** Counts breaks: what was on its way before the last one is lost. */
  int epoch;

  boolean down;
  long lastArrivalNs;

  Connection(long from, long to, long delayNs) {
    this.from = from;
    this.to = to;
    this.delayNs = delayNs;
  }

  Frame add(Object payload, int sizeBytes) {
    Frame frame = new Frame(sent++, payload, sizeBytes);
    kept.add(frame);
    return frame;
  }

  /** A frame has arrived; returns whether it is the one whose turn it is. */
  boolean accept(Frame frame) {
    if (frame.number() < received) {
      return false;
    }
    if (frame.number() > received) {
      throw new AssertionError("message " + frame + " came before " + received);
    }
    received++;
    while (kept.size() > 0 && kept.element().number() < received - UNCONFIRMED) {
      kept.remove();
    }
    return true;
  }

  int inFlight() {
    return (int) (sent - received);
  }

  /** What the sender sends again when the connection is back: some of it has arrived before. */
  List<Frame> unconfirmed(Dice dice) {
    long from = received - dice.below(UNCONFIRMED + 1);
    List<Frame> again = new ArrayList<>();
    for (Frame frame : kept) {
      if (frame.number() >= from) {
        again.add(frame);
      }
    }
    return again;
  }

  /** The next frames on their way, at most so many. */
  List<Frame> next(int most) {
    List<Frame> next = new ArrayList<>();
    for (Frame frame : kept) {
      if (frame.number() >= received && next.size() < most) {
        next.add(frame);
      }
    }
    return next;
  }

  /** The sender is gone: of what is on its way, only so many still come. */
  void cut(int most) {
    while (inFlight() > most) {
      kept.removeLast();
      sent--;
    }
  }

  /** The oldest message on its way. */
  @Nullable Frame oldest() {
    return next(1).isEmpty() ? null : next(1).getFirst();
  }
}
