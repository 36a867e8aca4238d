package ray.function;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Callable} that can run remotely: a lambda of this type is serializable, so that it
 * travels with what it captures.
 *
 * <pre>{@code
 * List<SerializableCallable<Integer>> tasks = List.of(() -> 1, () -> 2);
 * executor.invokeAll(tasks);
 * }</pre>
 *
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface SerializableCallable<R extends @Nullable Object> extends Callable<R>, Func0<R> {
  @Override
  default R apply() throws Exception {
    return call();
  }
}
