package ray.processes;

/**
 * How large logs may become: those of the node, and of each worker its output and its errors.
 *
 * @param maxBytes a file that has become this large is put aside, and a new one begun
 * @param files how many of a kind are kept, with the one that is written; the oldest goes
 */
public record LogLimits(long maxBytes, int files) {
  /** 16 MiB, 5 files. */
  public static final LogLimits DEFAULT = new LogLimits(16L << 20, 5);

  /** Checks. */
  public LogLimits {
    if (maxBytes < 1 || files < 1) {
      throw new IllegalArgumentException(
          "logs need a byte and a file at least, not " + maxBytes + " and " + files);
    }
  }
}
