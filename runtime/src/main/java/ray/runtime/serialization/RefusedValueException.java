package ray.runtime.serialization;

/** Thrown from the middle of a graph at a class that must not be written; never leaves here. */
final class RefusedValueException extends RuntimeException {
  private final transient Class<?> type;
  private final String reason;

  RefusedValueException(Class<?> type, String reason) {
    super(reason, null, false, false);
    this.type = type;
    this.reason = reason;
  }

  Class<?> type() {
    return type;
  }

  String reason() {
    return reason;
  }
}
