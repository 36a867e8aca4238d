package ray.node;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.RuntimeEnv;
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
  private final WorkerEnder ender;
  private final long control;

  /** Starts workers. */
  @FunctionalInterface
  public interface WorkerStarter {
    /**
     * Starts one for a job, in such a process, and says so with {@link NodeShell#workerStarted};
     * must not block.
     */
    void start(long job, RuntimeEnv runtimeEnv);
  }

  /** Ends workers. */
  @FunctionalInterface
  public interface WorkerEnder {
    /** Ends one's process if that is there; must not block. */
    void end(long worker, String reason);
  }

  private record Started(long job, RuntimeEnv runtimeEnv, long worker) {}

  private record Failed(long job, RuntimeEnv runtimeEnv, String reason) {}

  private record RetireIdle(long limitNs) {}

  private record Share() {}

  /** A node with these resources and labels, under a control service. */
  public NodeShell(
      long self,
      Resources total,
      Map<String, String> labels,
      Transport transport,
      long control,
      WorkerStarter starter,
      WorkerEnder ender) {
    this.core = new NodeCore(self, total, labels, this);
    this.transport = transport;
    this.control = control;
    this.starter = starter;
    this.ender = ender;
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
  public void workerStarted(long job, RuntimeEnv runtimeEnv, long worker) {
    post(new Started(job, runtimeEnv, worker));
  }

  /** A worker that was to be started will never be there. */
  public void workerFailed(long job, RuntimeEnv runtimeEnv, String reason) {
    post(new Failed(job, runtimeEnv, reason));
  }

  /** Lets workers end that have had nothing to do for so long. */
  public void retireIdle(long limitNs) {
    post(new RetireIdle(limitNs));
  }

  /** Sees to it that jobs which want more than there is get the same; to be called often. */
  public void share() {
    post(new Share());
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
      case Started(long job, RuntimeEnv env, long worker) -> core.workerStarted(job, env, worker);
      case Failed(long job, RuntimeEnv env, String reason) -> core.workerFailed(job, env, reason);
      case Share() -> core.share(System.nanoTime());
      case RetireIdle(long limitNs) -> core.retireIdle(System.nanoTime(), limitNs);
      default -> throw new IllegalArgumentException("not for a node: " + event);
    }
  }

  @Override
  public void send(long process, Message message) {
    transport.send(process, message);
  }

  @Override
  public void startWorker(long job, RuntimeEnv runtimeEnv) {
    starter.start(job, runtimeEnv);
  }

  @Override
  public void endWorker(long worker, String reason) {
    ender.end(worker, reason);
  }

  @Override
  public long control() {
    return control;
  }
}
