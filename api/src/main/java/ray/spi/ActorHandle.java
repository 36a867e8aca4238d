package ray.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectRef;

/** A backend's side of an {@link ray.ActorRef}: one a process and actor, counted. Thread-safe. */
public interface ActorHandle {
  /** The actor's id. */
  ActorId id();

  /** The class of the actor, for messages. */
  String className();

  /**
   * Submits a call; returns the ref, the array of refs or the stream that the call's shape expects.
   */
  Object call(MethodCall<?> call, @Nullable Object[] arguments);

  /** A ref that becomes ready when the constructor has run, or failed. */
  ObjectRef<Void> ready();

  /**
   * Ends the actor.
   *
   * @param restart whether its restart policy applies
   */
  void kill(boolean restart);

  /** Drops this process's count at once. */
  void close();

  /** How long a blocking helper of the API waits unless told otherwise. */
  default Duration defaultTimeout() {
    return Duration.ofSeconds(30);
  }
}
