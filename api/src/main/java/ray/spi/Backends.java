package ray.spi;

import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ray.RayOptions;
import ray.RayStateException;

/**
 * Which instance a static call of {@link ray.Ray} goes to: inside a task the task's, else the JVM's
 * default, which {@link ray.Ray#init} sets. Thread-safe.
 */
public final class Backends {
  private static final AtomicReference<@Nullable Backend> DEFAULT = new AtomicReference<>();
  private static final ThreadLocal<@Nullable Backend> CURRENT = new ThreadLocal<>();

  private Backends() {}

  /** The instance for calls of this thread. */
  public static Backend current() {
    Backend current = currentOrNull();
    if (current == null) {
      throw new RayStateException(
          "Ray is not running in this JVM: call Ray.init() first, in a try-with-resources that"
              + " spans its use");
    }
    return current;
  }

  /** The instance for calls of this thread, or null. */
  static @Nullable Backend currentOrNull() {
    Backend bound = CURRENT.get();
    return bound != null ? bound : DEFAULT.get();
  }

  /** Whether a default instance is set. */
  public static boolean hasDefault() {
    return DEFAULT.get() != null;
  }

  /** Binds this thread to an instance, and returns what was bound before. */
  public static @Nullable Backend bind(@Nullable Backend backend) {
    Backend before = CURRENT.get();
    if (before != backend) {
      CURRENT.set(backend);
    }
    return before;
  }

  /** Starts an instance that is not the default one. */
  public static Backend start(RayOptions options) {
    for (BackendProvider provider :
        ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())) {
      if (provider.serves(options.address())) {
        return provider.start(options);
      }
    }
    throw new RayStateException(
        options.address().isEmpty()
            ? "no Ray runtime is on the class path: add the artifact ray-embedded"
            : "nothing on the class path can reach '"
                + options.address()
                + "': leave the address out to run in this JVM");
  }

  /** Starts the default instance. */
  public static Backend startDefault(RayOptions options) {
    if (hasDefault()) {
      throw alreadyRunning();
    }
    Backend started = start(options);
    if (!DEFAULT.compareAndSet(null, started)) {
      started.close();
      throw alreadyRunning();
    }
    return started;
  }

  /** Forgets the default instance, if it is this one; called by its close. */
  public static void closed(Backend backend) {
    DEFAULT.compareAndSet(backend, null);
  }

  private static RayStateException alreadyRunning() {
    return new RayStateException(
        "Ray.init() was called before in this JVM and not closed: close that instance first, or"
            + " start an independent one beside it with Ray.start(options)");
  }
}
