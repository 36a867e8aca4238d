package ray.node;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.node.NodeCore;
import ray.core.node.NodeEffects;
import ray.wire.Endpoint;
import ray.wire.Mailbox;
import ray.wire.Transport;

/** The node service: holds the node's core, and starts workers. Thread-safe. */
public final class NodeShell extends Mailbox implements Endpoint, NodeEffects {
  private final NodeCore core;
  private final Transport transport;
  private final WorkerStarter starter;
  private final long control;

  /** Starts workers. */
  @FunctionalInterface
  public interface WorkerStarter {
    /** Starts one for a job, and says so with {@link NodeShell#workerStarted}; must not block. */
    void start(long job);
  }

  private record Started(long job, long worker) {}

  private record Failed(long job, String reason) {}

  /** A node with these resources and labels, under a control service. */
  public NodeShell(
      long self,
      Resources total,
      Map<String, String> labels,
      Transport transport,
      long control,
      WorkerStarter starter) {
    this.core = new NodeCore(self, total, labels, this);
    this.transport = transport;
    this.control = control;
    this.starter = starter;
  }

  /** Makes the node known to the control service. */
  public void start() {
    call(() -> {
      core.start();
      return true;
    });
  }

  @Override
  public void deliver(Message message) {
    post(message);
  }

  /** A worker is there. */
  public void workerStarted(long job, long worker) {
    post(new Started(job, worker));
  }

  /** A worker that was to be started will never be there. */
  public void workerFailed(long job, String reason) {
    post(new Failed(job, reason));
  }

  /** Asks the core; not from within a core. */
  public <R extends @Nullable Object> R ask(java.util.function.Function<NodeCore, R> question) {
    Supplier<R> bound = () -> question.apply(core);
    return call(bound);
  }

  /** What the node has, and what of it is free. */
  public NodeView view() {
    return ask(NodeCore::view);
  }

  @Override
  protected void handle(Object event) {
    switch (event) {
      case Message message -> core.receive(message);
      case Started(long job, long worker) -> core.workerStarted(job, worker);
      case Failed(long job, String reason) -> core.workerFailed(job, reason);
      default -> throw new IllegalArgumentException("not for a node: " + event);
    }
  }

  @Override
  public void send(long process, Message message) {
    transport.send(process, message);
  }

  @Override
  public void startWorker(long job) {
    starter.start(job);
  }

  @Override
  public long control() {
    return control;
  }
}
