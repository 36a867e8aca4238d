package ray.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.RayOptions;
import ray.RayStateException;
import ray.store.ObjectStore;
import ray.store.ObjectStoreConfig;

/**
 * Opens the object store when the first large value comes, so that a small program starts at once.
 */
final class LazyStore implements Supplier<ObjectStore>, AutoCloseable {
  /** The store's share of the machine's available memory unless told otherwise, as in Ray. */
  private static final double SHARE = 0.3;

  /** The store's size where the machine does not say how much memory it has. */
  private static final long FALLBACK_BYTES = 512L << 20;

  private final RayOptions options;
  private final long process;
  private final Runnable whenFull;
  private volatile @Nullable ObjectStore store;
  private boolean closed;

  LazyStore(RayOptions options, long process, Runnable whenFull) {
    this.options = options;
    this.process = process;
    this.whenFull = whenFull;
  }

  @Override
  public ObjectStore get() {
    ObjectStore open = store;
    return open != null ? open : open();
  }

  private synchronized ObjectStore open() {
    if (closed) {
      throw new RayStateException("this Ray instance was closed");
    }
    ObjectStore open = store;
    if (open == null) {
      open =
          ObjectStore.open(
              ObjectStoreConfig.ofCapacity(capacityBytes()).withPutTimeout(options.putTimeout()),
              process);
      open.onFull(whenFull);
      store = open;
    }
    return open;
  }

  @Nullable ObjectStore ifOpen() {
    return store;
  }

  long capacityBytes() {
    return options.givenObjectStoreBytes().orElseGet(LazyStore::defaultCapacityBytes);
  }

  private static long defaultCapacityBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemAvailable:")) {
          long kib = Long.parseLong(line.replaceAll("\\D", ""));
          return (long) (kib * 1024 * SHARE);
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      return FALLBACK_BYTES;
    }
    return FALLBACK_BYTES;
  }

  @Override
  public synchronized void close() {
    closed = true;
    ObjectStore open = store;
    if (open != null) {
      open.close();
    }
  }
}
