package ray.wire.codec;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import ray.ActorOptions;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** Makes messages of every kind, with anything in them, from what their records are declared as. */
final class RandomMessages {
  private static final int MAX_ELEMENTS = 3;

  private final Random random;

  RandomMessages(long seed) {
    this.random = new Random(seed);
  }

  static List<Class<?>> kinds() {
    return List.of(Message.class.getPermittedSubclasses());
  }

  Message ofKind(Class<?> kind) {
    return (Message) record(kind);
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < values.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(components[i].getAnnotatedType());
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private @Nullable Object value(AnnotatedType annotated) {
    Type type = annotated.getType();
    if (isNullable(annotated) && random.nextInt(3) == 0) {
      return null;
    }
    if (type instanceof ParameterizedType parameterized
        && parameterized.getRawType() == List.class) {
      AnnotatedType element =
          ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[0];
      List<Object> list = new ArrayList<>();
      for (int i = random.nextInt(MAX_ELEMENTS + 1); i > 0; i--) {
        list.add(value(element));
      }
      return list;
    }
    if (annotated instanceof AnnotatedArrayType array) {
      return array(array);
    }
    return plain((Class<?>) (type instanceof ParameterizedType p ? p.getRawType() : type));
  }

  private Object array(AnnotatedArrayType type) {
    Class<?> element = (Class<?>) type.getAnnotatedGenericComponentType().getType();
    int length = random.nextInt(MAX_ELEMENTS + 1);
    Object array = java.lang.reflect.Array.newInstance(element, length);
    for (int i = 0; i < length; i++) {
      java.lang.reflect.Array.set(array, i, element == Object.class ? argument() : plain(element));
    }
    return array;
  }

  private @Nullable Object argument() {
    return switch (random.nextInt(3)) {
      case 0 -> null;
      case 1 -> record(RefArgument.class);
      default -> part();
    };
  }

  /** A type use is nullable, and so is an array whose brackets are. */
  private static boolean isNullable(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  private Object plain(Class<?> type) {
    if (type == long.class || type == Long.class) {
      return random.nextBoolean() ? random.nextLong() : random.nextLong(-3, 300);
    }
    if (type == int.class) {
      return random.nextBoolean() ? random.nextInt(Integer.MAX_VALUE) : random.nextInt(300);
    }
    if (type == boolean.class) {
      return random.nextBoolean();
    }
    if (type == String.class) {
      return text();
    }
    if (type == Object.class) {
      return part();
    }
    if (type == Outcome.class) {
      Class<?>[] kinds = Outcome.class.getPermittedSubclasses();
      return record(kinds[random.nextInt(kinds.length)]);
    }
    if (type == FunctionKey.class) {
      return new FunctionKey(text(), resources(), strategy(), environment());
    }
    if (type == Resources.class) {
      return resources();
    }
    if (type == ActorOptions.class) {
      return options();
    }
    if (type == TaskPolicy.class) {
      return new TaskPolicy(
          random.nextInt(-1, 5),
          List.of(),
          random.nextLong(9),
          random.nextInt(9),
          text(),
          labels());
    }
    if (type == TaskSpec.class || type.isRecord()) {
      return record(type);
    }
    if (type == Map.class) {
      return labels();
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    throw new AssertionError("no random " + type);
  }

  private OpaqueCodec.PassedOn part() {
    byte[] bytes = new byte[random.nextInt(5)];
    random.nextBytes(bytes);
    return new OpaqueCodec.PassedOn(bytes);
  }

  private String text() {
    return switch (random.nextInt(4)) {
      case 0 -> "";
      case 1 -> "Grüße, 世界 🌍";
      case 2 -> "x".repeat(random.nextInt(400));
      default -> Integer.toString(random.nextInt(10));
    };
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      labels.put(text(), text());
    }
    return labels;
  }

  private Resources resources() {
    return random.nextBoolean()
        ? Resources.ONE_CPU
        : Resources.NONE.with("tickets", random.nextInt(5)).with(Resources.MEMORY, 1e9);
  }

  private SchedulingStrategy strategy() {
    return random.nextInt(5) == 0
        ? SchedulingStrategy.worker(Long.toHexString(random.nextLong()))
        : strategyOfActors();
  }

  private SchedulingStrategy strategyOfActors() {
    return switch (random.nextInt(6)) {
      case 4 -> SchedulingStrategy.naive();
      case 5 -> SchedulingStrategy.localityAware();
      case 0 -> SchedulingStrategy.standard();
      case 1 -> SchedulingStrategy.spread();
      case 2 -> new SchedulingStrategy.NodeAffinity(text(), random.nextBoolean());
      default -> new SchedulingStrategy.NodeLabels(labels());
    };
  }

  private ActorOptions options() {
    return new ActorOptions(
        text(),
        random.nextBoolean() ? null : text(),
        random.nextBoolean(),
        random.nextBoolean() ? ActorOptions.Lifetime.COUNTED : ActorOptions.Lifetime.DETACHED,
        resources(),
        1 + random.nextInt(9),
        random.nextBoolean() ? Map.of() : Map.of("io", 1 + random.nextInt(9)),
        random.nextInt(-1, 5),
        random.nextInt(-1, 5),
        random.nextBoolean() ? -1 : 7,
        strategyOfActors(),
        labels(),
        environment());
  }

  private RuntimeEnv environment() {
    return random.nextBoolean()
        ? RuntimeEnv.SHARED
        : new RuntimeEnv(
            random.nextBoolean(),
            random.nextBoolean() ? List.of() : List.of("-Xmx" + random.nextInt(99) + "m"),
            random.nextBoolean() ? Map.of() : Map.of("NAME", text()),
            random.nextInt(3));
  }
}
