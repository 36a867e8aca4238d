package ray.runtime.serialization;

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

  /** It captures nothing mutable and is used as it is. */
  record Shared(FunctionInfo info, Object function) implements FunctionSnapshot {
    @Override
    public Object restore(ValueSerializers serializers, RefResolver refs) {
      return function;
    }
  }

  /** A lambda, and the values it captured as bytes. */
  final class OfLambda implements FunctionSnapshot {
    private final FunctionInfo info;
    private final Functions.LambdaClass lambdaClass;
    private final SerializedLambda form;
    private final Serialized captured;

    OfLambda(
        FunctionInfo info,
        Functions.LambdaClass lambdaClass,
        SerializedLambda form,
        Serialized captured) {
      this.info = info;
      this.lambdaClass = lambdaClass;
      this.form = lambdaClass.withoutCaptured(form);
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
      return lambdaClass.fromForm(form, values);
    }

    /** Returns how much the captured values weigh. */
    public long capturedBytes() {
      return captured.sizeBytes();
    }
  }

  /** An object of a named class that implements a functional interface, as bytes. */
  record OfObject(FunctionInfo info, Serialized object) implements FunctionSnapshot {
    @Override
    public Object restore(ValueSerializers serializers, RefResolver refs) {
      return Objects.requireNonNull(serializers.deserialize(object, refs));
    }
  }
}
