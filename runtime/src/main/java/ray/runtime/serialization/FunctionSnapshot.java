package ray.runtime.serialization;

import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function taken by value. Each {@link #restore} gives a function that shares nothing mutable
 * with the caller's or with another task's.
 */
public sealed interface FunctionSnapshot {

  /** Returns what the function is. */
  FunctionInfo info();

  /**
   * Makes the function for one run.
   *
   * @param refs supplies the reader's handles among the captured values
   */
  Object restore(ValueSerializers serializers, RefResolver refs);

  /**
   * The function as data, for another process.
   *
   * @throws UnserializableValueException if it can't travel
   */
  FunctionForm form(ValueSerializers serializers);

  /** It captures nothing mutable and is used as it is. */
  record Shared(FunctionInfo info, Object function) implements FunctionSnapshot {
    @Override
    public Object restore(ValueSerializers serializers, RefResolver refs) {
      return function;
    }

    @Override
    public FunctionForm form(ValueSerializers serializers) {
      return Functions.form(info, function, serializers);
    }
  }

  /** A lambda, and the values it captured as bytes. */
  final class OfLambda implements FunctionSnapshot {
    private final FunctionInfo info;
    private final ClassLoader loader;
    private final FunctionForm.LambdaForm form;
    private final Serialized captured;

    OfLambda(FunctionInfo info, ClassLoader loader, SerializedLambda lambda, Serialized captured) {
      this.info = info;
      this.loader = loader;
      this.form = FunctionForm.LambdaForm.of(lambda);
      this.captured = captured;
    }

    @Override
    public FunctionInfo info() {
      return info;
    }

    @Override
    public Object restore(ValueSerializers serializers, RefResolver refs) {
      @Nullable Object[] values =
          (Object[]) Objects.requireNonNull(serializers.deserialize(captured, refs));
      return Functions.make(info, form, loader, values);
    }

    @Override
    public FunctionForm form(ValueSerializers serializers) {
      return Functions.form(info, false, form, captured);
    }

    /** Returns how much the captured values weigh. */
    public long capturedBytes() {
      return captured.sizeBytes();
    }
  }

  /** An object of a named class that implements a functional interface, as bytes. */
  record OfObject(FunctionInfo info, Serialized object) implements FunctionSnapshot {
    @Override
    public FunctionForm form(ValueSerializers serializers) {
      return Functions.form(info, false, null, object);
    }

    @Override
    public Object restore(ValueSerializers serializers, RefResolver refs) {
      return Objects.requireNonNull(serializers.deserialize(object, refs));
    }
  }

  /** A function of another process, whose class is looked for when it first runs. */
  final class Received implements FunctionSnapshot {
    private final FunctionForm form;
    private final FunctionInfo info;
    private volatile @Nullable Object shared;

    /** A function from this form. */
    public Received(FunctionForm form) {
      this.form = form;
      this.info =
          new FunctionInfo(
              form.name(),
              form.ownerClassName(),
              form.methodName(),
              form.methodDescriptor(),
              MethodType.methodType(Object.class),
              0,
              false);
    }

    @Override
    public FunctionInfo info() {
      return info;
    }

    @Override
    public FunctionForm form(ValueSerializers serializers) {
      return form;
    }

    @Override
    public Object restore(ValueSerializers serializers, RefResolver refs) {
      Object made = shared;
      if (made == null) {
        made = make(serializers, refs);
        if (form.shared()) {
          shared = made;
        }
      }
      return made;
    }

    private Object make(ValueSerializers serializers, RefResolver refs) {
      Object value = serializers.deserialize(form.value(), refs);
      FunctionForm.LambdaForm lambda = form.lambda();
      if (lambda == null) {
        return Objects.requireNonNull(value);
      }
      @Nullable Object[] captured = value == null ? new Object[0] : (Object[]) value;
      return Functions.make(info, lambda, serializers.classLoader(), captured);
    }
  }
}
