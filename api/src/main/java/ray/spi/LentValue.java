package ray.spi;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import ray.function.Func0;
import ray.function.VoidFunc1;

/**
 * What a {@link ray.WorkerLocal} lends to tasks.
 *
 * @param id names it in all processes
 * @param maker makes a value
 * @param resetter puts one back to its initial state; null where nothing is to be done
 */
public record LentValue<T>(
    String id, Func0<? extends T> maker, @Nullable VoidFunc1<? super T> resetter)
    implements Serializable {}
