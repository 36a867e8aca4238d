package ray.benchmarks.jmh;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.owner.OwnerCore;
import ray.core.owner.OwnerEffects;
import ray.core.owner.Task;

/** An owner's core whose node grants every lease and whose worker runs every task, at once. */
final class OwnerSide implements OwnerEffects {
  final OwnerCore core = new OwnerCore(Tasks.OWNER, this);
  private final ArrayDeque<Message> sent = new ArrayDeque<>();
  private int ready;

  /** Answers messages until there are none. */
  void settle(long nowNs) {
    for (Message next; (next = sent.poll()) != null; ) {
      answer(next, nowNs);
    }
  }

  /** How many objects have become ready. */
  int ready() {
    return ready;
  }

  private void answer(Message message, long nowNs) {
    switch (message) {
      case Message.RequestLeases request -> {
        if (request.count() > 0) {
          core.receive(new Message.LeasesGranted(Tasks.NODE, Tasks.KEY, Tasks.WORKER, 1), nowNs);
        }
      }
      case Message.PushTasks push -> core.receive(done(push.tasks()), nowNs);
      case Message.ShrinkLeases shrink ->
          core.receive(
              new Message.LeasesReturned(Tasks.WORKER, Tasks.KEY, shrink.count(), shrink.count()),
              nowNs);
      default -> throw new IllegalStateException("unexpected: " + message);
    }
  }

  private static Message done(List<Message.Push> pushes) {
    List<Message.Done> results = new ArrayList<>(pushes.size());
    for (Message.Push push : pushes) {
      results.add(
          new Message.Done(
              push.spec().id(),
              push.attempt(),
              List.of(Tasks.VALUE),
              List.of(),
              0,
              Tasks.DURATION_NS));
    }
    return new Message.TasksDone(Tasks.WORKER, results);
  }

  @Override
  public void send(long process, Message message) {
    sent.add(message);
  }

  @Override
  public void ready(Object cell, Outcome outcome) {
    ready++;
  }

  @Override
  public void release(Outcome.Stored stored) {
    throw new IllegalStateException("nothing is stored");
  }

  @Override
  public void pin(Outcome.Stored stored, ObjectId heir) {
    throw new IllegalStateException("nothing is stored");
  }

  @Override
  public Object item(Object stream, ObjectId id, Outcome outcome) {
    throw new IllegalStateException("there is no generator");
  }

  @Override
  public void endOfItems(Object stream) {
    throw new IllegalStateException("there is no generator");
  }

  @Override
  public void unseenFailure(Task task, Outcome.Failed failure) {
    throw new IllegalStateException(failure.message());
  }

  @Override
  public long control() {
    return Tasks.CONTROL;
  }

  @Override
  public long node() {
    return Tasks.NODE;
  }

  @Override
  public void tickSoon() {}

  @Override
  public void actorRegistered(Message.ActorRegistered answer) {
    throw new IllegalStateException("there is no actor");
  }
}
