package ray.simulator.cores;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.BiFunction;

/**
 * Has the cores and the simulator for itself, and may change their classes; all else is as it is
 * outside. What the simulator asserts is checked.
 */
public final class CoreClassLoader extends ClassLoader {
  private final BiFunction<String, byte[], byte[]> change;

  /**
   * A loader of cores.
   *
   * @param change makes of the name of a class of the cores and its class file the class file that
   *     is loaded
   */
  public CoreClassLoader(BiFunction<String, byte[], byte[]> change) {
    super(CoreClassLoader.class.getClassLoader());
    this.change = change;
    setPackageAssertionStatus("ray.simulator", true);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean core = name.startsWith("ray.core.");
    if (!core && !name.startsWith("ray.simulator.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = core ? change.apply(name, read(name)) : read(name);
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
  public <T> T make(Class<?> outside, Class<T> type, Object... arguments) {
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
      throw new IllegalStateException("cannot make a " + outside.getName() + " anew", failure);
    }
  }
}
