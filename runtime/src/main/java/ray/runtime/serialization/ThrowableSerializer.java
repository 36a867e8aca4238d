package ray.runtime.serialization;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.ObjectSerializer;
import org.apache.fory.serializer.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes exceptions whole: message, cause, suppressed ones, stack trace and their own fields,
 * cycles included, without running a constructor of theirs.
 *
 * <p>Fory's own serializer calls the exception's constructor with a null message, which the user's
 * code may refuse, and writes {@code getMessage()}, which may be computed from fields and would
 * then be computed twice.
 */
final class ThrowableSerializer extends Serializer<Throwable> {
  private static final @Nullable Fields FIELDS = Fields.find();

  private final Constructor<Throwable> constructor;
  private final List<Layer> layers = new ArrayList<>();

  @SuppressWarnings({"unchecked", "rawtypes"})
  ThrowableSerializer(TypeResolver resolver, Class<Throwable> type) {
    super(resolver.getConfig(), type);
    try {
      constructor = SerializationConstructors.blank(type);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK can't make a blank " + type.getName(), e);
    }
    for (Class<?> layer = type; layer != Throwable.class; layer = layer.getSuperclass()) {
      layers.add(new Layer(new ObjectSerializer(resolver, layer, false, null), shapeOf(layer)));
    }
  }

  /** The fields that one class of the hierarchy declares; a reader of another version must fail. */
  private record Layer(ObjectSerializer<Throwable> serializer, int shape) {}

  private static int shapeOf(Class<?> layer) {
    int shape = layer.getName().hashCode();
    for (Field field : layer.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
        // A sum, since the JVM does not promise an order of fields.
        shape += 31 * field.getName().hashCode() + field.getType().getName().hashCode();
      }
    }
    return shape;
  }

  /** Returns whether this JDK lets us reach the private fields of {@link Throwable}. */
  static boolean isSupported() {
    return FIELDS != null;
  }

  @Override
  public void write(WriteContext context, Throwable value) {
    Fields fields = requireFields();
    Object cause = fields.cause.get(value);
    boolean causeUnset = cause == value;
    context.writeBoolean(causeUnset);
    if (!causeUnset) {
      context.writeRef(cause);
    }
    context.writeRef(fields.detailMessage.get(value));
    context.writeRef(value.getStackTrace());
    boolean suppressionDisabled = fields.suppressed.get(value) == null;
    context.writeRef(suppressionDisabled ? null : value.getSuppressed());
    for (Layer layer : layers) {
      context.getBuffer().writeInt32(layer.shape);
      layer.serializer.write(context, value);
    }
  }

  @Override
  public Throwable read(ReadContext context) {
    Fields fields = requireFields();
    Throwable value = newBlank();
    context.reference(value);
    boolean causeUnset = context.readBoolean();
    fields.cause.set(value, causeUnset ? value : (Throwable) context.readRef());
    fields.detailMessage.set(value, (String) context.readRef());
    fields.stackTrace.set(value, (StackTraceElement[]) context.readRef());
    Throwable[] suppressed = (Throwable[]) context.readRef();
    fields.suppressed.set(value, suppressed == null ? null : suppressedList(suppressed));
    for (Layer layer : layers) {
      if (context.getBuffer().readInt32() != layer.shape) {
        throw new UnreadableValueException(
            "the fields of %s are not those that its writer knows".formatted(type.getName()));
      }
      layer.serializer.readAndSetFields(context, value);
    }
    return value;
  }

  private Throwable newBlank() {
    try {
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't make a blank " + type.getName(), e);
    }
  }

  private static List<Throwable> suppressedList(Throwable[] suppressed) {
    List<Throwable> list = new ArrayList<>(suppressed.length);
    Collections.addAll(list, suppressed);
    return list;
  }

  private static Fields requireFields() {
    if (FIELDS == null) {
      throw new IllegalStateException("the fields of Throwable are not accessible on this JDK");
    }
    return FIELDS;
  }

  /** The private fields of {@link Throwable}. */
  private record Fields(
      VarHandle detailMessage, VarHandle cause, VarHandle stackTrace, VarHandle suppressed) {

    static @Nullable Fields find() {
      return TrustedLookup.get().map(Fields::findWith).orElse(null);
    }

    private static @Nullable Fields findWith(MethodHandles.Lookup lookup) {
      try {
        return new Fields(
            lookup.findVarHandle(Throwable.class, "detailMessage", String.class),
            lookup.findVarHandle(Throwable.class, "cause", Throwable.class),
            lookup.findVarHandle(Throwable.class, "stackTrace", StackTraceElement[].class),
            lookup.findVarHandle(Throwable.class, "suppressedExceptions", List.class));
      } catch (ReflectiveOperationException otherJdk) {
        return null;
      }
    }
  }
}
