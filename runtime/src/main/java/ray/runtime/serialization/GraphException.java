package ray.runtime.serialization;

/** Fory could not write or read a graph; never leaves here. */
final class GraphException extends RuntimeException {

  GraphException(Throwable cause) {
    super(cause);
  }

  /** The innermost cause. */
  Throwable root() {
    Throwable root = this;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
