package ray.runtime;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorRef;
import ray.ObjectRef;
import ray.spi.ActorHandle;
import ray.spi.Backend;
import ray.spi.MethodCall;

/** A process's handle on an actor: the handle on the object that its creation makes. */
final class LocalActorHandle implements ActorHandle {
  private final Submitter submitter;
  private final Handle<?> creation;
  private final ActorKind kind;

  LocalActorHandle(Backend backend, Handle<?> creation, ActorKind kind) {
    this.submitter = ((SubmitterSource) backend).submitter();
    this.creation = creation;
    this.kind = kind;
  }

  static LocalActorHandle of(ActorRef<?> actor) {
    return (LocalActorHandle) actor.handle();
  }

  ActorKind kind() {
    return kind;
  }

  Handle<?> creation() {
    return creation;
  }

  @Override
  public ActorId id() {
    return new ActorId(creation.id());
  }

  @Override
  public String className() {
    return kind.className();
  }

  @Override
  public Object call(MethodCall<?> call, @Nullable Object[] arguments) {
    if (creation.cell().isReleased()) {
      throw creation.unusable();
    }
    return submitter.call(this, call, arguments);
  }

  @SuppressWarnings("unchecked")
  @Override
  public ObjectRef<Void> ready() {
    return (ObjectRef<Void>) creation;
  }

  @Override
  public void kill(boolean restart) {
    submitter.kill(id(), restart);
    Reference.reachabilityFence(creation);
  }

  @Override
  public void close() {
    creation.close();
  }
}
