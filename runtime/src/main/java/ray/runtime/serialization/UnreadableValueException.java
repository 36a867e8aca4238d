package ray.runtime.serialization;

/** Bytes can't be turned back into a value: they are damaged, or their class is missing here. */
public final class UnreadableValueException extends RuntimeException {

  UnreadableValueException(String message) {
    super(message);
  }

  UnreadableValueException(String message, Throwable cause) {
    super(message, cause);
  }
}
