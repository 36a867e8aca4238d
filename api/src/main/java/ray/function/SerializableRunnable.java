package ray.function;

/**
 * A {@link Runnable} that can run remotely: a lambda of this type is serializable, so that it
 * travels with what it captures.
 */
@FunctionalInterface
public interface SerializableRunnable extends Runnable, VoidFunc0 {
  @Override
  default void apply() {
    run();
  }
}
