package ray.runtime.serialization;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value can't be written: names the class at fault, the path of fields that leads to it from the
 * value, why, and what to do.
 */
public final class UnserializableValueException extends RuntimeException {
  private static final Pattern ELEMENT = Pattern.compile("Object\\[]\\[(\\d+)](.*)");

  private final transient Class<?> offendingClass;
  private final String path;
  private final String reason;

  UnserializableValueException(
      Class<?> offendingClass, String path, String reason, @Nullable Throwable cause) {
    super(
        "Can't serialize %s (%s): %s".formatted(path, ClassNames.readable(offendingClass), reason),
        cause);
    this.offendingClass = offendingClass;
    this.path = path;
    this.reason = reason;
  }

  /** The same for a value that was an element of an array made to carry what a lambda captures. */
  UnserializableValueException captured(String functionName) {
    Matcher matcher = ELEMENT.matcher(path);
    String renamed =
        matcher.matches()
            ? "%s.<captured %d>%s"
                .formatted(functionName, Integer.parseInt(matcher.group(1)) + 1, matcher.group(2))
            : functionName;
    return new UnserializableValueException(offendingClass, renamed, reason, getCause());
  }

  /** Returns the class that can't be serialized. */
  public Class<?> offendingClass() {
    return offendingClass;
  }

  /** Returns the way to it from the value, such as {@code Order.customer.connection}. */
  public String path() {
    return path;
  }

  /** Returns why it can't be serialized and what to do instead. */
  public String reason() {
    return reason;
  }
}
