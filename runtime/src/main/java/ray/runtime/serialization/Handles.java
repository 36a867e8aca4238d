package ray.runtime.serialization;

/**
 * Says which classes are handles: refs to objects and actors, which are never written but replaced
 * by an index into the table beside the bytes. Asked once a class; must always answer the same.
 */
@FunctionalInterface
public interface Handles {

  /** A world without handles. */
  Handles NONE = type -> false;

  /** Returns whether instances of this class are handles. */
  boolean isHandle(Class<?> type);
}
