package ray.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreLimits;

/**
 * How large a store is and how patient.
 *
 * @param capacityBytes what all objects together may take up
 * @param putTimeout how long a create waits for room before it fails
 * @param maxWaitingCreates how many may wait at a time
 * @param memoryKind where the memory comes from; null for the best kind the machine has
 * @param warmAheadBytes how much untouched memory to touch ahead of use, in the background and
 *     within a tenth of one core; 0 to leave that to the first puts
 */
public record ObjectStoreConfig(
    long capacityBytes,
    Duration putTimeout,
    int maxWaitingCreates,
    @Nullable MemoryKind memoryKind,
    long warmAheadBytes) {
  /**
   * Long enough for consumers to work off what fills the store, short enough that a program which
   * keeps everything it makes learns of it before its user gives up.
   */
  public static final Duration DEFAULT_PUT_TIMEOUT = Duration.ofSeconds(60);

  public ObjectStoreConfig {
    if (capacityBytes <= 0) {
      throw new IllegalArgumentException(
          "An object store needs a capacity above 0 bytes, not " + capacityBytes + ".");
    }
    if (putTimeout.isNegative()) {
      throw new IllegalArgumentException("The put timeout is negative: " + putTimeout + ".");
    }
    if (warmAheadBytes < 0) {
      throw new IllegalArgumentException("warmAheadBytes is negative: " + warmAheadBytes + ".");
    }
  }

  /** A store of that size with the defaults for everything else. */
  public static ObjectStoreConfig ofCapacity(long capacityBytes) {
    return new ObjectStoreConfig(
        capacityBytes, DEFAULT_PUT_TIMEOUT, StoreLimits.DEFAULT_MAX_WAITING_CREATES, null, 0);
  }

  /** The same with another patience. */
  public ObjectStoreConfig withPutTimeout(Duration timeout) {
    return new ObjectStoreConfig(
        capacityBytes, timeout, maxWaitingCreates, memoryKind, warmAheadBytes);
  }

  /** The same with another bound on waiting creates. */
  public ObjectStoreConfig withMaxWaitingCreates(int max) {
    return new ObjectStoreConfig(capacityBytes, putTimeout, max, memoryKind, warmAheadBytes);
  }

  /** The same with memory of that kind and no other. */
  public ObjectStoreConfig withMemoryKind(MemoryKind kind) {
    return new ObjectStoreConfig(
        capacityBytes, putTimeout, maxWaitingCreates, kind, warmAheadBytes);
  }

  /** The same with that much memory warmed ahead. */
  public ObjectStoreConfig withWarmAheadBytes(long bytes) {
    return new ObjectStoreConfig(capacityBytes, putTimeout, maxWaitingCreates, memoryKind, bytes);
  }
}
