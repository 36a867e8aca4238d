package ray.runtime.serialization;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the shortest way of fields from a value to the first object of a class that can't be
 * serialized, for the message of an error. Walks by reflection, breadth first, only after something
 * has failed.
 */
final class FieldPath {
  /** A larger graph than this is not searched to its end: the message then names the root only. */
  private static final int MAX_VISITED = 200_000;

  private static final int MAX_KEY_LENGTH = 30;

  private final Predicate<Class<?>> wanted;
  private final Predicate<Class<?>> opaque;
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ArrayDeque<Step> queue = new ArrayDeque<>();

  private FieldPath(Predicate<Class<?>> wanted, Predicate<Class<?>> opaque) {
    this.wanted = wanted;
    this.opaque = opaque;
  }

  /** An object of the graph, and how it was reached. */
  private record Step(Object value, @Nullable Step from, String label) {

    String path() {
      StringBuilder path = new StringBuilder(label);
      for (Step step = from; step != null; step = step.from) {
        path.insert(0, step.label);
      }
      return path.toString();
    }
  }

  /** What was found: the object's class and the way to it. */
  record Found(Class<?> type, String path) {}

  /**
   * Searches from a value.
   *
   * @param wanted the classes that can't be serialized
   * @param opaque the classes whose insides are not written, so not searched
   */
  static Optional<Found> search(
      Object root, Predicate<Class<?>> wanted, Predicate<Class<?>> opaque) {
    return new FieldPath(wanted, opaque).search(root);
  }

  private Optional<Found> search(Object root) {
    offer(root, null, ClassNames.simple(root.getClass()));
    while (!queue.isEmpty() && seen.size() < MAX_VISITED) {
      Step step = queue.remove();
      if (wanted.test(step.value.getClass())) {
        return Optional.of(new Found(step.value.getClass(), step.path()));
      }
      expand(step);
    }
    return Optional.empty();
  }

  private void offer(@Nullable Object value, @Nullable Step from, String label) {
    if (value != null && seen.add(value)) {
      queue.add(new Step(value, from, label));
    }
  }

  private void expand(Step step) {
    Object value = step.value;
    Class<?> type = value.getClass();
    if (opaque.test(type) || isLeaf(type)) {
      return;
    }
    switch (value) {
      case Object[] array -> {
        for (int index = 0; index < Array.getLength(array); index++) {
          offer(array[index], step, "[" + index + "]");
        }
      }
      case Collection<?> collection when Untransferable.isOfTheJdk(type) -> {
        int index = 0;
        for (Object element : collection) {
          offer(element, step, "[" + index++ + "]");
        }
      }
      case Map<?, ?> map when Untransferable.isOfTheJdk(type) ->
          map.forEach((key, element) -> {
            offer(key, step, "[key]");
            offer(element, step, "[" + quoted(key) + "]");
          });
      case Map.Entry<?, ?> entry when Untransferable.isOfTheJdk(type) -> {
        offer(entry.getKey(), step, ".key");
        offer(entry.getValue(), step, ".value");
      }
      case Optional<?> optional -> offer(optional.orElse(null), step, ".value");
      case AtomicReference<?> reference -> offer(reference.get(), step, ".value");
      case Throwable throwable -> {
        offer(throwable.getCause(), step, ".cause");
        for (Throwable suppressed : throwable.getSuppressed()) {
          offer(suppressed, step, ".suppressed");
        }
        expandFields(step, type);
      }
      case Object proxy when Proxy.isProxyClass(type) ->
          offer(Proxy.getInvocationHandler(proxy), step, ".handler");
      default -> expandFields(step, type);
    }
  }

  private static boolean isLeaf(Class<?> type) {
    return type == String.class
        || type.isEnum()
        || type == Class.class
        || Number.class.isAssignableFrom(type)
        || (type.isArray() && type.componentType().isPrimitive());
  }

  private void expandFields(Step step, Class<?> type) {
    for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
      if (Untransferable.isOfTheJdk(at) && !at.isHidden()) {
        continue;
      }
      for (Field field : at.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (field.getType().isPrimitive()
            || Modifier.isStatic(modifiers)
            || Modifier.isTransient(modifiers)) {
          continue;
        }
        offer(read(field, step.value), step, "." + label(field));
      }
    }
  }

  /** Fields that the compiler made, in the programmer's words. */
  private static String label(Field field) {
    String name = field.getName();
    if (field.getDeclaringClass().isHidden() && name.startsWith("arg$")) {
      return "<captured " + name.substring("arg$".length()) + ">";
    }
    if (field.isSynthetic() && name.startsWith("this$")) {
      return "<enclosing instance>";
    }
    if (field.isSynthetic() && name.startsWith("val$")) {
      return "<captured " + name.substring("val$".length()) + ">";
    }
    return name;
  }

  private static @Nullable Object read(Field field, Object owner) {
    try {
      if (field.trySetAccessible()) {
        return field.get(owner);
      }
      MethodHandles.Lookup lookup = TrustedLookup.in(field.getDeclaringClass());
      return lookup.unreflectGetter(field).invoke(owner);
    } catch (Error e) {
      throw e;
    } catch (Throwable unreadable) {
      return null; // the search goes on elsewhere; a shorter message is the worst outcome
    }
  }

  private static String quoted(@Nullable Object key) {
    String text = key instanceof String || key instanceof Number ? key.toString() : "value";
    String shown = text.length() > MAX_KEY_LENGTH ? text.substring(0, MAX_KEY_LENGTH) + "…" : text;
    return key instanceof String ? "\"" + shown + "\"" : shown;
  }
}
