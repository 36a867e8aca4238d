package ray;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The refs that a generator task yields, in order, while it runs. The task is held back when it is
 * more than a bounded number of items ahead of this stream ({@link RemoteFunction#backpressure}).
 *
 * <p>{@link #hasNext} blocks until the next item has been reported or the task has ended. A task
 * that fails yields, after the items that it made, one ref whose {@code get} throws. Closing the
 * stream cancels the task and releases what was not consumed. Not thread-safe.
 *
 * @param <T> the type of the items
 */
public interface ObjectRefStream<T extends @Nullable Object>
    extends Iterator<ObjectRef<T>>, Iterable<ObjectRef<T>>, AutoCloseable {
  @Override
  default Iterator<ObjectRef<T>> iterator() {
    return this;
  }

  /** The refs as a sequential stream; closing it closes this. */
  default Stream<ObjectRef<T>> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(this::close);
  }

  @Override
  void close();
}
