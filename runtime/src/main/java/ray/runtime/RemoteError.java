package ray.runtime;

import org.jspecify.annotations.Nullable;

/**
 * What the user's code threw, as it travels: bytes that each reader turns into an exception of its
 * own, and text for where that is impossible.
 */
final class RemoteError {
  final String task;
  final boolean unchecked;
  final String text;
  final @Nullable Packed packed;

  /** Whether somebody has seen it, so that it need not be reported. */
  private volatile boolean seen;

  RemoteError(String task, boolean unchecked, String text, @Nullable Packed packed) {
    this.task = task;
    this.unchecked = unchecked;
    this.text = text;
    this.packed = packed;
  }

  /** Returns whether the caller is the first to see it. */
  synchronized boolean see() {
    boolean first = !seen;
    seen = true;
    return first;
  }
}
