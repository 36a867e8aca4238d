package ray.runtime;

import ray.core.Message;
import ray.wire.Endpoint;

/**
 * Where a worker takes messages: it is an owner and an executor in one process.
 *
 * @param owner its owner
 * @param executor its executor
 */
public record WorkerEndpoint(OwnerShell owner, ExecutorShell executor) implements Endpoint {
  @Override
  public void deliver(Message message) {
    switch (message) {
      case Message.PushTasks m -> executor.deliver(m);
      case Message.PushCalls m -> executor.deliver(m);
      case Message.AttachLease m -> executor.deliver(m);
      case Message.LeaseResumed m -> executor.deliver(m);
      case Message.ShrinkLeases m -> executor.deliver(m);
      case Message.ItemsTaken m -> executor.deliver(m);
      case Message.CreateActor m -> executor.deliver(m);
      case Message.StopActor m -> executor.deliver(m);
      case Message.CancelRun m -> executor.deliver(m);
      case Message.Retire m -> executor.deliver(m);
      case Message.ProcessDied m -> {
        owner.deliver(m);
        executor.deliver(m);
      }
      default -> owner.deliver(message);
    }
  }
}
