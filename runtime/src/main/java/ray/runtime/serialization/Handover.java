package ray.runtime.serialization;

import org.jspecify.annotations.Nullable;

/** How a value goes to another task of the same JVM. */
public sealed interface Handover {

  /** The value itself: it is immutable. */
  record Shared(@Nullable Object value) implements Handover {}

  /** Bytes of its own, which each reader turns into a value of its own. */
  record Copied(Serialized serialized) implements Handover {}
}
