package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one value that is being written or read exchanges with its surroundings beside its bytes:
 * out-of-band buffers and handles. Belongs to one Fory instance, so to one thread at a time.
 */
final class Exchange {
  private @Nullable RefCollector collector;
  private @Nullable RefResolver resolver;
  private @Nullable Serialized source;
  private List<MemorySegment> written = List.of();
  private boolean viewsWritten;

  void beginWriting(RefCollector refs) {
    collector = refs;
    written = List.of();
    viewsWritten = false;
  }

  void beginReading(Serialized from, RefResolver refs) {
    source = from;
    resolver = refs;
  }

  List<MemorySegment> written() {
    return written;
  }

  void end() {
    collector = null;
    resolver = null;
    source = null;
    written = List.of();
  }

  /** Whether a buffer was added that its reader sees as a view, rather than copies. */
  boolean viewsWritten() {
    return viewsWritten;
  }

  /** Adds the memory of a view: what is read shows these bytes where they lie. */
  int addView(MemorySegment memory) {
    viewsWritten = true;
    return addBuffer(memory);
  }

  /** Adds the memory of an array, of which a reader makes a copy. */
  int addBuffer(MemorySegment buffer) {
    if (written.isEmpty()) {
      written = new ArrayList<>();
    }
    written.add(buffer);
    return written.size() - 1;
  }

  MemorySegment buffer(int index) {
    if (source == null) {
      throw new IllegalStateException("nothing is being read");
    }
    return source.buffer(index);
  }

  int addHandle(Object handle) {
    if (collector == null) {
      throw new IllegalStateException("nothing is being written");
    }
    return collector.add(handle);
  }

  Object handle(int index) {
    if (resolver == null) {
      throw new IllegalStateException("nothing is being read");
    }
    return resolver.resolve(index);
  }
}
