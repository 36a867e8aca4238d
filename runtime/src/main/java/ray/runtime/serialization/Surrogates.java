package ray.runtime.serialization;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The serializers that users have registered, by type. A value is served by the one registered for
 * its own class, else for the nearest superclass, else for an interface, in order of registration.
 *
 * <p>Thread-safe. Registering is rare and copies the map.
 */
final class Surrogates {
  private volatile Map<Class<?>, SurrogateCodec<?>> codecs = Map.of();

  /** Registers a codec; a later one for the same type takes its place. */
  synchronized <T> void register(Class<T> type, SurrogateCodec<T> codec) {
    Map<Class<?>, SurrogateCodec<?>> copy = new LinkedHashMap<>(codecs);
    copy.put(type, codec);
    codecs = copy;
  }

  /** Returns the codec for instances of a class, or null if there is none. */
  @SuppressWarnings("unchecked") // the codec was registered for a supertype of the class
  @Nullable SurrogateCodec<Object> find(Class<?> type) {
    Map<Class<?>, SurrogateCodec<?>> current = codecs;
    if (current.isEmpty()) {
      return null;
    }
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      SurrogateCodec<?> codec = current.get(at);
      if (codec != null) {
        return (SurrogateCodec<Object>) codec;
      }
    }
    for (Map.Entry<Class<?>, SurrogateCodec<?>> entry : current.entrySet()) {
      if (entry.getKey().isInterface() && entry.getKey().isAssignableFrom(type)) {
        return (SurrogateCodec<Object>) entry.getValue();
      }
    }
    return null;
  }
}
