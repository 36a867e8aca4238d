package ray.store;

/** Where a store's memory comes from. All kinds need neither a flag nor a native library. */
public enum MemoryKind {
  /**
   * A file in shared memory ({@code /dev/shm}): the only kind that other processes could map too.
   */
  SHARED,
  /**
   * Private pages, had by mapping a sparse temporary file copy-on-write. Nothing is ever written to
   * the disk, and neither the size of {@code /dev/shm} nor {@code -XX:MaxDirectMemorySize} limits
   * it.
   */
  PRIVATE,
  /** Direct buffers, limited by {@code -XX:MaxDirectMemorySize}: what every platform has. */
  DIRECT
}
