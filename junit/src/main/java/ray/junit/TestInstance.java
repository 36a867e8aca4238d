package ray.junit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/**
 * The instance of one test or class. JUnit's store closes it in any case; {@link #finish} does so
 * earlier, after looking for leaks.
 */
final class TestInstance implements AutoCloseable {
  private final RayInstance ray;
  private final String owner;
  private final boolean leakCheck;

  private TestInstance(RayInstance ray, String owner, boolean leakCheck) {
    this.ray = ray;
    this.owner = owner;
    this.leakCheck = leakCheck;
  }

  static TestInstance start(ExtensionContext context, RayTest settings) {
    return new TestInstance(
        Ray.start(options(settings)), context.getUniqueId(), settings.leakCheck());
  }

  private static RayOptions options(RayTest settings) {
    RayOptions options =
        RayOptions.defaults().address("local").objectStore(settings.objectStoreBytes());
    if (settings.cpus() != 0) {
      options = options.cpus(settings.cpus());
    }
    if (settings.memoryBytes() != 0) {
      options = options.memory(settings.memoryBytes());
    }
    for (String resource : settings.resources()) {
      options = withResource(options, resource);
    }
    if (!settings.namespace().isEmpty()) {
      options = options.namespace(settings.namespace());
    }
    if (settings.serial()) {
      options = options.serial();
    }
    if (settings.quiet()) {
      options = options.quiet();
    }
    return settings.leakCheck() ? options.recordCreationSites() : options;
  }

  private static RayOptions withResource(RayOptions options, String resource) {
    int equals = resource.indexOf('=');
    try {
      return options.resource(
          resource.substring(0, equals).strip(),
          Double.parseDouble(resource.substring(equals + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new ExtensionConfigurationException(
          "@RayTest(resources) takes name=amount, such as tickets=2, not '" + resource + "'", e);
    }
  }

  RayInstance ray() {
    return ray;
  }

  boolean belongsTo(ExtensionContext context) {
    return owner.equals(context.getUniqueId());
  }

  /** Runs the test's code with this instance behind {@code Ray}'s static methods. */
  <R extends @Nullable Object> R call(InvocationInterceptor.Invocation<R> invocation)
      throws Throwable {
    try {
      return ray.call(() -> {
        try {
          return invocation.proceed();
        } catch (Exception | Error e) {
          throw e;
        } catch (Throwable other) {
          throw new Carrier(other);
        }
      });
    } catch (Carrier carrier) {
      throw carrier.thrown;
    }
  }

  /**
   * Closes, and fails if objects leaked.
   *
   * @param passed whether the test has passed, as one that failed need not have cleaned up
   */
  void finish(boolean passed) {
    try (this) {
      if (leakCheck && passed) {
        LeakCheck.run(ray);
      }
    }
  }

  @Override
  public void close() {
    ray.close();
  }

  /** Takes what is neither an exception nor an error past a {@code Callable}. */
  private static final class Carrier extends Exception {
    private static final long serialVersionUID = 1L;

    final Throwable thrown;

    Carrier(Throwable thrown) {
      super(thrown);
      this.thrown = thrown;
    }
  }
}
