package ray.runtime.serialization;

import java.io.File;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a value is known to be deeply immutable, so that it may be handed to another task
 * as it is. It errs on the side of "no": a value it doesn't know is copied, never shared.
 *
 * <p>Known are strings, boxed numbers, enums, {@code java.time}, the JDK's other value classes,
 * serializable lambdas that capture nothing; records and sealed hierarchies of them; and {@code
 * List.of}, {@code Set.of}, {@code Map.of}, {@code Optional} and single-element collections. What
 * the declared types of a record's components don't settle is settled by looking at their values,
 * up to {@link #MAX_VISITED} of them. Handles are never immutable here: each owner has handles of
 * its own.
 *
 * <p>Thread-safe. The answer for a class is computed once; a string or a boxed number costs a few
 * nanoseconds.
 */
public final class Immutability {
  /** Beyond this many values looked at, copying costs no more than looking on. */
  static final int MAX_VISITED = 1024;

  /** Deeper nesting than this is rare, and the walk uses the caller's stack. */
  private static final int MAX_DEPTH = 64;

  private static final Set<Class<?>> VALUE_CLASSES = valueClasses();

  private final Handles handles;
  private final List<ViewCodec> views;
  private final Predicate<MemorySegment> sealed;
  private final ClassValue<Verdict> verdicts =
      new ClassValue<>() {
        @Override
        protected Verdict computeValue(Class<?> type) {
          return judge(type);
        }
      };

  /**
   * Creates the rules of one runtime.
   *
   * @param handles which classes are refs
   * @param views the kinds of views, which say for themselves whether they are immutable
   * @param sealed whether a read-only segment lies in a sealed object of the store
   */
  public Immutability(Handles handles, List<ViewCodec> views, Predicate<MemorySegment> sealed) {
    this.handles = handles;
    this.views = List.copyOf(views);
    this.sealed = sealed;
  }

  /** Returns whether nobody can change anything reachable from the value, as far as is known. */
  public boolean isImmutable(@Nullable Object value) {
    if (value == null) {
      return true;
    }
    Class<?> type = value.getClass();
    if (type == Integer.class || type == String.class || type == Long.class) {
      return true;
    }
    Verdict verdict = verdicts.get(type);
    return verdict == ALWAYS || (verdict != NEVER && verdict.holds(value, new Walk(), 0));
  }

  /**
   * What is known about the instances of one class. A method, not a switch: this runs for every
   * argument and result, and a pattern switch is slow to start.
   */
  @FunctionalInterface
  private interface Verdict {
    boolean holds(Object value, Walk walk, int depth);
  }

  /** The same for all instances. A class, as a lambda is slow to make for the first time. */
  private record Same(boolean immutable) implements Verdict {
    @Override
    public boolean holds(Object value, Walk walk, int depth) {
      return immutable;
    }
  }

  private static final Verdict ALWAYS = new Same(true);
  private static final Verdict NEVER = new Same(false);

  /** One look at one value, with its own allowance of steps. */
  private final class Walk {
    private int visited;

    boolean isFine(@Nullable Object value, int depth) {
      if (value == null) {
        return true;
      }
      if (++visited > MAX_VISITED || depth > MAX_DEPTH) {
        return false;
      }
      return verdicts.get(value.getClass()).holds(value, this, depth + 1);
    }

    boolean allFine(Collection<?> elements, int depth) {
      if (elements.size() > MAX_VISITED) {
        return false;
      }
      for (Object element : elements) {
        if (!isFine(element, depth)) {
          return false;
        }
      }
      return true;
    }

    boolean allFine(Map<?, ?> map, int depth) {
      if (map.size() > MAX_VISITED) {
        return false;
      }
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (!isFine(entry.getKey(), depth) || !isFine(entry.getValue(), depth)) {
          return false;
        }
      }
      return true;
    }

    boolean allFine(Object value, MethodHandle[] getters, int depth) {
      for (MethodHandle getter : getters) {
        Object component;
        try {
          component = (Object) getter.invokeExact(value);
        } catch (Throwable unreadable) {
          return false;
        }
        if (!isFine(component, depth)) {
          return false;
        }
      }
      return true;
    }
  }

  private boolean isSealed(MemorySegment segment) {
    return segment.isReadOnly() && sealed.test(segment);
  }

  private Verdict judge(Class<?> type) {
    if (handles.isHandle(type)) {
      return NEVER;
    }
    for (ViewCodec codec : views) {
      if (codec.isView(type)) {
        return (value, walk, depth) -> codec.isImmutable(value);
      }
    }
    if (MemorySegment.class.isAssignableFrom(type)) {
      return (value, walk, depth) -> isSealed((MemorySegment) value);
    }
    if (ByteBuffer.class.isAssignableFrom(type)) {
      return (value, walk, depth) ->
          value instanceof ByteBuffer buffer
              && buffer.isReadOnly()
              && buffer.isDirect()
              && isSealed(MemorySegment.ofBuffer(buffer));
    }
    if (isImmutableByDeclaration(type, new HashSet<>())) {
      return ALWAYS;
    }
    if (type.isRecord()) {
      return judgeRecord(type);
    }
    if (type == Optional.class) {
      return (value, walk, depth) -> walk.isFine(((Optional<?>) value).orElse(null), depth);
    }
    if (type == ValueRules.MAP_ENTRY) {
      return (value, walk, depth) ->
          value instanceof Map.Entry<?, ?> entry
              && walk.isFine(entry.getKey(), depth)
              && walk.isFine(entry.getValue(), depth);
    }
    if (IMMUTABLE_COLLECTIONS.contains(type)) {
      return Map.class.isAssignableFrom(type)
          ? (value, walk, depth) -> walk.allFine((Map<?, ?>) value, depth)
          : (value, walk, depth) -> walk.allFine((Collection<?>) value, depth);
    }
    return NEVER;
  }

  private Verdict judgeRecord(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    try {
      MethodHandles.Lookup lookup = TrustedLookup.in(type);
      MethodHandle[] undecided = new MethodHandle[components.length];
      int count = 0;
      for (RecordComponent component : components) {
        Class<?> declared = component.getType();
        if (holdsOnlyImmutable(declared, new HashSet<>())) {
          continue;
        }
        if (declared.isArray()) {
          return NEVER;
        }
        // The field itself: an accessor may be written by hand and hand out something else.
        undecided[count++] =
            lookup
                .findGetter(type, component.getName(), declared)
                .asType(MethodType.methodType(Object.class, Object.class));
      }
      MethodHandle[] getters = Arrays.copyOf(undecided, count);
      return (value, walk, depth) -> walk.allFine(value, getters, depth);
    } catch (ReflectiveOperationException | RuntimeException inaccessible) {
      return NEVER;
    }
  }

  /** Whether every value that a variable of this declared type can hold is immutable. */
  private boolean holdsOnlyImmutable(Class<?> declared, Set<Class<?>> assumed) {
    boolean closed =
        Modifier.isFinal(declared.getModifiers()) || declared.isSealed() || declared.isEnum();
    return closed && isImmutableByDeclaration(declared, assumed);
  }

  /**
   * Whether every instance of this very class is immutable. {@code assumed} are the types under
   * examination: a recursive record is immutable unless something else in it is not.
   */
  private boolean isImmutableByDeclaration(Class<?> type, Set<Class<?>> assumed) {
    if (type.isPrimitive() || type.isEnum() || VALUE_CLASSES.contains(type)) {
      return true;
    }
    if (type == ZoneId.class || type.getSuperclass() == ZoneId.class) {
      return true;
    }
    if (Enum.class.isAssignableFrom(type) && type != Enum.class) {
      return true; // a constant with a body has a class of its own
    }
    if (handles.isHandle(type)) {
      return false;
    }
    if (isLambdaWithoutCaptures(type)) {
      return true;
    }
    if (!assumed.add(type)) {
      return true;
    }
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        if (!holdsOnlyImmutable(component.getType(), assumed)) {
          return false;
        }
      }
      return true;
    }
    if (type.isSealed() && (type.isInterface() || Modifier.isAbstract(type.getModifiers()))) {
      if (!type.isInterface() && hasInstanceFields(type)) {
        return false;
      }
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        if (!holdsOnlyImmutable(permitted, assumed)) {
          return false;
        }
      }
      return true;
    }
    return false;
  }

  private static boolean hasInstanceFields(Class<?> type) {
    for (var field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLambdaWithoutCaptures(Class<?> type) {
    return ClassNames.isLambda(type)
        && Serializable.class.isAssignableFrom(type)
        && type.getDeclaredFields().length == 0;
  }

  private static Set<Class<?>> valueClasses() {
    Set<Class<?>> classes = new HashSet<>();
    Collections.addAll(
        classes,
        String.class,
        Boolean.class,
        Byte.class,
        Short.class,
        Character.class,
        Integer.class,
        Long.class,
        Float.class,
        Double.class,
        Void.class,
        BigInteger.class,
        BigDecimal.class,
        MathContext.class,
        UUID.class,
        Class.class,
        OptionalInt.class,
        OptionalLong.class,
        OptionalDouble.class,
        Locale.class,
        Currency.class,
        Pattern.class,
        URI.class,
        File.class,
        Path.of("").getClass(),
        StackTraceElement.class);
    Collections.addAll(
        classes,
        DayOfWeek.class,
        Duration.class,
        Instant.class,
        LocalDate.class,
        LocalDateTime.class,
        LocalTime.class,
        MonthDay.class,
        OffsetDateTime.class,
        OffsetTime.class,
        Period.class,
        Year.class,
        YearMonth.class,
        ZoneOffset.class,
        ZonedDateTime.class,
        Clock.systemUTC().getClass());
    // Values of these shared singletons hold nothing at all.
    Collections.addAll(
        classes,
        Collections.emptyList().getClass(),
        Collections.emptySet().getClass(),
        Collections.emptyMap().getClass());
    return Set.copyOf(classes);
  }

  private static final Set<Class<?>> IMMUTABLE_COLLECTIONS =
      Set.copyOf(
          new HashSet<>(
              List.of(
                  List.of().getClass(),
                  List.of(1).getClass(),
                  List.of(1, 2, 3).subList(0, 2).getClass(),
                  Set.of(1).getClass(),
                  Set.of(1, 2, 3).getClass(),
                  Map.of(1, 1).getClass(),
                  Map.of(1, 1, 2, 2).getClass(),
                  Collections.singletonList(1).getClass(),
                  Collections.singleton(1).getClass(),
                  Collections.singletonMap(1, 1).getClass())));
}
