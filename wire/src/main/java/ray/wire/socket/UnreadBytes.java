package ray.wire.socket;

/**
 * How much may wait in a process for another one that does not read. One that lives reads as fast
 * as it can, and what waits for it is the heap of who writes: so the bound is what no two processes
 * reach that work together, the largest frame, and a quarter of the heap where that is less. The
 * system property {@value #PROPERTY} sets another.
 */
final class UnreadBytes {
  /** The name of the property, in bytes; a node's holds for its workers too. */
  static final String PROPERTY = "ray.wire.unread-bytes";

  private UnreadBytes() {}

  static long limit() {
    long usual = Math.min(IncomingLink.MAX_FRAME_BYTES, Runtime.getRuntime().maxMemory() / 4);
    return Long.getLong(PROPERTY, usual);
  }
}
