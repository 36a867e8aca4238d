package ray.runtime.serialization;

import java.lang.reflect.Constructor;

/**
 * Constructors as deserialization needs them, through {@code sun.reflect.ReflectionFactory}: the
 * supported interface for serialization libraries (JEP 260), which prints no warning.
 */
final class SerializationConstructors {
  private SerializationConstructors() {}

  /** A constructor that makes an instance of a class without running any code of the class. */
  @SuppressWarnings("unchecked") // an instance of T by the contract of the factory
  static <T> Constructor<T> blank(Class<T> type) throws ReflectiveOperationException {
    return (Constructor<T>) callable(type, Object.class.getDeclaredConstructor());
  }

  /**
   * A constructor that makes instances of {@code type} by running {@code constructor} of the class
   * itself or of a superclass, whatever its access.
   */
  static Constructor<?> callable(Class<?> type, Constructor<?> constructor)
      throws ReflectiveOperationException {
    // By name, since javac warns about the class and offers no way to silence it.
    Class<?> factoryClass = Class.forName("sun.reflect.ReflectionFactory");
    Object factory = factoryClass.getMethod("getReflectionFactory").invoke(null);
    return (Constructor<?>)
        factoryClass
            .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
            .invoke(factory, type, constructor);
  }
}
