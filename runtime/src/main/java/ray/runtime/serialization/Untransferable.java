package ray.runtime.serialization;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Serializable;
import java.io.Writer;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.reflect.Modifier;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channel;
import java.nio.channels.Selector;
import java.nio.charset.Charset;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * What must not be serialized although a serializer could write its fields: values that stand for
 * something outside the heap or tied to this JVM, whose copy would be a dead or dangerous twin.
 *
 * <p>Refused, with a reason each:
 *
 * <ul>
 *   <li>threads, thread groups, executors, futures, thread locals;
 *   <li>class loaders, modules, method handles, memory arenas, references;
 *   <li>streams, readers, writers, channels, sockets, selectors, processes, database connections,
 *       and everything else of the JDK that is not {@link Serializable} (iterators, streams, locks
 *       of the JDK that are not, native resources);
 *   <li>lambdas whose type is not {@link Serializable}, and other hidden classes.
 * </ul>
 *
 * <p>The user's own classes need not be {@code Serializable}. A user's class that extends one of
 * the first three kinds is refused too, unless a serializer is registered for it.
 */
final class Untransferable {
  private static final List<Rule> RULES =
      List.of(
          new Rule(Thread.class, "a thread belongs to its JVM; start it inside the task"),
          new Rule(ThreadGroup.class, "a thread group belongs to its JVM"),
          new Rule(ThreadLocal.class, "a thread local belongs to its thread; pass its value"),
          new Rule(ClassLoader.class, "a class loader belongs to its JVM; pass the class's name"),
          new Rule(Module.class, "a module belongs to its JVM"),
          new Rule(MethodHandle.class, "a method handle belongs to its JVM; pass a lambda"),
          new Rule(MethodHandles.Lookup.class, "a lookup is a right of access in its JVM"),
          new Rule(VarHandle.class, "a variable handle belongs to its JVM"),
          new Rule(Arena.class, "an arena owns memory of its JVM; pass a MemorySegment"),
          new Rule(Reference.class, "a reference belongs to its heap; pass what it refers to"),
          new Rule(InputStream.class, "an open stream can't travel; open it inside the task"),
          new Rule(OutputStream.class, "an open stream can't travel; open it inside the task"),
          new Rule(Reader.class, "an open reader can't travel; open it inside the task"),
          new Rule(Writer.class, "an open writer can't travel; open it inside the task"),
          new Rule(Channel.class, "an open channel can't travel; open it inside the task"),
          new Rule(Selector.class, "a selector can't travel; open it inside the task"),
          new Rule(Socket.class, "an open socket can't travel; connect inside the task"),
          new Rule(ServerSocket.class, "an open socket can't travel; open it inside an actor"),
          new Rule(DatagramSocket.class, "an open socket can't travel; open it inside the task"),
          new Rule(Process.class, "a process handle can't travel; start it inside the task"),
          new Rule(Executor.class, "an executor owns threads; create it inside the task or actor"),
          new Rule(
              Future.class, "a future completes in its JVM only; pass its value or an ObjectRef"));

  /** By name, since Ray does not require the modules that hold them. */
  private static final Set<String> REFUSED_BY_NAME =
      Set.of("java.sql.Connection", "java.sql.Statement", "java.sql.ResultSet");

  private static final Set<Class<?>> ALLOWED =
      Set.of(
          Object.class,
          Optional.class,
          OptionalInt.class,
          OptionalLong.class,
          OptionalDouble.class,
          StackTraceElement.class);

  private Untransferable() {}

  /** One kind of value and why it can't travel. */
  private record Rule(Class<?> type, String reason) {}

  /** Returns why instances of this class can't be serialized, or null if they can. */
  static @Nullable String reasonAgainst(Class<?> type) {
    if (type.isArray() || type.isPrimitive() || type.isEnum() || type.isInterface()) {
      return null;
    }
    for (Rule rule : RULES) {
      if (rule.type().isAssignableFrom(type)) {
        return rule.reason();
      }
    }
    if (hasSupertypeNamed(type)) {
      return "a database connection can't travel; open it inside the task or actor";
    }
    if (type.isHidden()) {
      return reasonAgainstHidden(type);
    }
    return isOfTheJdk(type) ? reasonAgainstJdkClass(type) : null;
  }

  static boolean isOfTheJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }

  private static @Nullable String reasonAgainstHidden(Class<?> type) {
    if (Serializable.class.isAssignableFrom(type)) {
      return null;
    }
    return ClassNames.isLambda(type)
        ? "the type of this lambda is not Serializable; declare it as a type that is, or cast it to"
            + " (Type & Serializable)"
        : "a hidden class has no name by which another JVM could find it";
  }

  private static @Nullable String reasonAgainstJdkClass(Class<?> type) {
    if (Serializable.class.isAssignableFrom(type)
        || Charset.class.isAssignableFrom(type)
        || ALLOWED.contains(type)) {
      return null;
    }
    if (BaseStream.class.isAssignableFrom(type)) {
      return "a stream runs once, in its JVM; collect it into a list first";
    }
    if (Iterator.class.isAssignableFrom(type) || Spliterator.class.isAssignableFrom(type)) {
      return "an iterator belongs to its collection; pass a list of the elements";
    }
    boolean container = Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    if (container && !Modifier.isPublic(type.getModifiers())) {
      return "this is a view of another collection; copy it first, as with List.copyOf";
    }
    if (Lock.class.isAssignableFrom(type)) {
      return "a lock belongs to its JVM";
    }
    return "the JDK does not make this class Serializable; pass the data that it was made from, or"
        + " register a serializer for it";
  }

  private static boolean hasSupertypeNamed(Class<?> type) {
    for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
      if (REFUSED_BY_NAME.contains(at.getName())) {
        return true;
      }
      for (Class<?> supertype : at.getInterfaces()) {
        if (REFUSED_BY_NAME.contains(supertype.getName()) || hasSupertypeNamed(supertype)) {
          return true;
        }
      }
    }
    return false;
  }
}
