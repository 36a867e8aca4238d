package ray.runtime.serialization;

import org.apache.fory.Fory;

/**
 * Fory can't generate code for a class, because its own loader has another one of that name: a
 * generated serializer looks for classes that it may not name in its source by that loader first.
 * So it is where a program's classes are on the class path of a worker, too.
 */
final class ShadowedClassException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private ShadowedClassException(String message) {
    super(message);
  }

  /** Throws if that is so. */
  static void check(Class<?> type) {
    if (isShadowed(type)) {
      throw new ShadowedClassException("there are two classes " + type.getName());
    }
  }

  static boolean isShadowed(Class<?> type) {
    ClassLoader own = Fory.class.getClassLoader();
    ClassLoader loader = type.getClassLoader();
    if (loader == null || loader == own || type.isArray() || type.isHidden()) {
      return false;
    }
    try {
      return Class.forName(type.getName(), false, own) != type;
    } catch (ClassNotFoundException | LinkageError alone) {
      return false;
    }
  }

  static boolean isIn(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof ShadowedClassException) {
        return true;
      }
    }
    return false;
  }
}
