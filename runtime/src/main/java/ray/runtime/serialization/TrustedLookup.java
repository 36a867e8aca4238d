package ray.runtime.serialization;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.util.Optional;

/**
 * Gives this library, and Apache Fory, access to private members without a JVM flag and without a
 * JVM warning.
 *
 * <p>Fory 1.6 uses no {@code sun.misc.Unsafe} on JDK 25 if it may reflect on {@code
 * java.lang.invoke}, for which its documentation asks users to pass {@code --add-opens
 * java.base/java.lang.invoke=ALL-UNNAMED}. Without the flag it makes one call into {@code Unsafe}
 * instead, and the JVM prints four lines of warning (JEP 498) that can't be filtered: they go to
 * the process's first {@code System.err}. A plain {@code java Hello.java} must print nothing, so
 * this class grants Fory at run time exactly what the flag would. It gets there by {@code
 * sun.reflect.ReflectionFactory}, the supported interface for serialization libraries of module
 * {@code jdk.unsupported}, which makes any constructor callable.
 *
 * <p>Where a later JDK forbids this, everything still works: Fory falls back to its own way, with
 * the warning, and a user who minds passes the flag.
 */
final class TrustedLookup {
  private static final int TRUSTED = -1;

  private TrustedLookup() {}

  /** Made only when the official way to a class is closed, or for Fory. */
  private static final class Holder {
    static final Optional<Lookup> LOOKUP = create();
  }

  /** Returns a lookup that may access everything, or nothing where this JDK gives none. */
  static Optional<Lookup> get() {
    return Holder.LOOKUP;
  }

  /**
   * Opens {@code java.lang.invoke} to the module of a class.
   *
   * @return whether it is open now
   */
  static boolean openMethodHandlesTo(Class<?> reader) {
    Module base = Object.class.getModule();
    String packageName = Lookup.class.getPackageName();
    Module readerModule = reader.getModule();
    if (!base.isOpen(packageName, readerModule)) {
      Holder.LOOKUP.ifPresent(lookup -> addOpens(lookup, base, packageName, readerModule));
    }
    return base.isOpen(packageName, readerModule);
  }

  private static void addOpens(Lookup lookup, Module module, String packageName, Module reader) {
    try {
      MethodHandle implAddOpens =
          lookup.findVirtual(
              Module.class,
              "implAddOpens",
              MethodType.methodType(void.class, String.class, Module.class));
      implAddOpens.invoke(module, packageName, reader);
    } catch (Error e) {
      throw e;
    } catch (Throwable notOnThisJdk) {
      // The caller asks isOpen, and Fory has its own way.
    }
  }

  private static Optional<Lookup> create() {
    try {
      Constructor<Lookup> constructor =
          Lookup.class.getDeclaredConstructor(Class.class, Class.class, int.class);
      Constructor<?> callable = SerializationConstructors.callable(Lookup.class, constructor);
      return Optional.of((Lookup) callable.newInstance(Object.class, null, TRUSTED));
    } catch (ReflectiveOperationException | RuntimeException notOnThisJdk) {
      return Optional.empty();
    }
  }

  /**
   * Returns a lookup with full access to a class, by the official way where that is allowed. Of a
   * class in another module, as one of another class loader is, that way gives less.
   */
  static Lookup in(Class<?> type) throws IllegalAccessException {
    try {
      Lookup official = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      return official.hasFullPrivilegeAccess() ? official : inTrusted(type).orElse(official);
    } catch (IllegalAccessException notOpen) {
      return inTrusted(type).orElseThrow(() -> notOpen);
    }
  }

  private static Optional<Lookup> inTrusted(Class<?> type) {
    return Holder.LOOKUP.map(lookup -> lookup.in(type));
  }
}
