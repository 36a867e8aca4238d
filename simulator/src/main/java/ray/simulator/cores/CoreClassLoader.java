package ray.simulator.planted;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Has the cores and the simulator for itself, some of their classes changed; all else is as it is
 * outside. What the cores assert is checked.
 */
final class PatchedClassLoader extends ClassLoader {
  private final Map<String, byte[]> changed;

  PatchedClassLoader(Map<String, byte[]> changed) {
    super(PatchedClassLoader.class.getClassLoader());
    this.changed = changed;
    setPackageAssertionStatus("ray.core", true);
    setPackageAssertionStatus("ray.simulator", true);
  }

  private static boolean isOwn(String name) {
    return name.startsWith("ray.core.") || name.startsWith("ray.simulator.");
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!isOwn(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = changed.containsKey(name) ? changed.get(name) : read(name);
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private byte[] read(String name) throws ClassNotFoundException {
    try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return file.readAllBytes();
    } catch (IOException failure) {
      throw new ClassNotFoundException(name, failure);
    }
  }

  /** Makes an object of a class as it is in here, which implements a type of the JDK. */
  <T> T make(Class<?> outside, Class<T> type, Object... arguments) {
    try {
      Class<?> inside = loadClass(outside.getName());
      Class<?>[] types = new Class<?>[arguments.length];
      for (int i = 0; i < types.length; i++) {
        types[i] = arguments[i].getClass();
      }
      var constructor = inside.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return type.cast(constructor.newInstance(arguments));
    } catch (ReflectiveOperationException failure) {
      throw new PlantingException("cannot make a " + outside.getName(), failure);
    }
  }
}
