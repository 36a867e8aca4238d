package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the runtime and the user have taught the serializers about classes. */
record ValueRules(Handles handles, List<ViewCodec> views, Surrogates surrogates) {

  /** The class of {@code Map.entry}, which the JDK does not make Serializable. */
  static final Class<?> MAP_ENTRY = Map.entry("", "").getClass();

  @Nullable ViewCodec viewCodec(Class<?> type) {
    int index = viewIndex(type);
    return index < 0 ? null : views.get(index);
  }

  /** Returns which of the view codecs serves a class, or -1 if it is no view. */
  int viewIndex(Class<?> type) {
    for (int index = 0; index < views.size(); index++) {
      if (views.get(index).isView(type)) {
        return index;
      }
    }
    return -1;
  }

  /** Whether values of the class are written by rules of our own, whatever their fields are. */
  boolean isOurs(Class<?> type) {
    return handles.isHandle(type)
        || surrogates.find(type) != null
        || viewCodec(type) != null
        || MemorySegment.class.isAssignableFrom(type)
        || ByteBuffer.class.isAssignableFrom(type)
        || Path.class.isAssignableFrom(type)
        || type == MAP_ENTRY;
  }

  /** Returns why values of the class can't be written, or null if they can. */
  @Nullable String reasonAgainst(Class<?> type) {
    return isOurs(type) ? null : Untransferable.reasonAgainst(type);
  }
}
