package ray.control;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ray.core.Message;
import ray.core.control.ControlCore;
import ray.core.control.ControlEffects;
import ray.wire.Endpoint;
import ray.wire.Mailbox;
import ray.wire.Transport;

/** The control service: holds its core, in memory. Thread-safe. */
public final class ControlShell extends Mailbox implements Endpoint, ControlEffects {
  private final ControlCore core = new ControlCore(this);
  private final Transport transport;

  /** A control service that knows nothing yet. */
  public ControlShell(Transport transport) {
    this.transport = transport;
  }

  @Override
  public void deliver(Message message) {
    post(message);
  }

  /** Asks the core; not from within a core. */
  public <R extends @Nullable Object> R ask(Function<ControlCore, R> question) {
    return call(() -> question.apply(core));
  }

  @Override
  protected void handle(Object event) {
    core.receive((Message) event);
  }

  @Override
  public void send(long process, Message message) {
    transport.send(process, message);
  }
}
