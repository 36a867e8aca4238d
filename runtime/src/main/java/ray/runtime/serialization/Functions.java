package ray.runtime.serialization;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ray.function.Func1;

/**
 * Looks into lambdas and method references: their name, what they capture, and how to make them
 * again with captured values of their own.
 *
 * <p>The compiler gives every serializable lambda a method that returns a {@link SerializedLambda},
 * and its class a {@code $deserializeLambda$} that turns one back; nothing else of the lambda is
 * known. What is the same for all instances of one expression is remembered by class.
 *
 * <p>Thread-safe.
 */
public final class Functions {
  private static final ClassValue<LambdaClass> CLASSES =
      new ClassValue<>() {
        @Override
        protected LambdaClass computeValue(Class<?> type) {
          return new LambdaClass(type);
        }
      };

  /** Serializable lambdas have a hash in their name, which tells a person nothing. */
  private static final Pattern LAMBDA_HASH =
      Pattern.compile("^(lambda\\$.*)\\$[0-9a-f]{4,8}(\\$\\d+)$");

  private Functions() {}

  /**
   * Describes a function.
   *
   * @param function a serializable lambda or method reference, or an object of a class that
   *     implements a functional interface
   * @throws UnserializableValueException if it is a lambda whose type is not Serializable
   */
  public static FunctionInfo inspect(Object function) {
    return CLASSES.get(function.getClass()).info(function);
  }

  /** Returns what a lambda captured, in order; nothing for an object of a named class. */
  public static List<@Nullable Object> captured(Object function) {
    LambdaClass lambdaClass = CLASSES.get(function.getClass());
    if (!lambdaClass.isLambda() || lambdaClass.capturesNothing()) {
      return List.of();
    }
    return Collections.unmodifiableList(Arrays.asList(arguments(lambdaClass.toForm(function))));
  }

  /**
   * Takes a function by value: what it captures is copied now, so that later changes by the caller
   * are not seen. A function that captures nothing mutable is kept as it is.
   *
   * @param refs gathers the handles among the captured values
   * @throws UnserializableValueException if a captured value can't be serialized
   */
  public static FunctionSnapshot snapshot(
      Object function, ValueSerializers serializers, RefCollector refs) {
    LambdaClass lambdaClass = CLASSES.get(function.getClass());
    FunctionInfo info = lambdaClass.info(function);
    if (!lambdaClass.isLambda()) {
      return serializers.isImmutable(function)
          ? new FunctionSnapshot.Shared(info, function)
          : new FunctionSnapshot.OfObject(info, serializers.serialize(function, refs).detach());
    }
    if (lambdaClass.capturesNothing()) {
      return new FunctionSnapshot.Shared(info, function);
    }
    SerializedLambda form = lambdaClass.toForm(function);
    @Nullable Object[] captured = arguments(form);
    if (Arrays.stream(captured).allMatch(serializers::isImmutable)) {
      return new FunctionSnapshot.Shared(info, function);
    }
    return new FunctionSnapshot.OfLambda(
        info,
        Objects.requireNonNull(function.getClass().getClassLoader()),
        form,
        serialize(captured, info, serializers, refs));
  }

  private static Serialized serialize(
      @Nullable Object[] captured,
      FunctionInfo info,
      ValueSerializers serializers,
      RefCollector refs) {
    try {
      // Most capture nothing: the first use of Fory would be half of the time of a first task.
      Object value = captured.length == 0 ? null : captured;
      return serializers.serialize(value, refs).detach();
    } catch (UnserializableValueException e) {
      throw e.captured(info.name());
    }
  }

  /**
   * Makes a function again, as for a task, so that the JVM has loaded and linked by then what its
   * first one needs.
   */
  public static void rehearse() {
    Func1<Integer, Integer> function = Functions::same;
    LambdaClass lambdaClass = CLASSES.get(function.getClass());
    make(
        lambdaClass.info(function),
        FunctionForm.LambdaForm.of(lambdaClass.toForm(function)),
        Functions.class.getClassLoader(),
        new Object[0]);
  }

  private static Integer same(Integer value) {
    return value;
  }

  /** A function that is shared, as data. */
  static FunctionForm form(FunctionInfo info, Object function, ValueSerializers serializers) {
    LambdaClass lambdaClass = CLASSES.get(function.getClass());
    HandleTable none = new HandleTable();
    if (!lambdaClass.isLambda()) {
      return form(info, true, null, serializers.serialize(function, none).detach());
    }
    SerializedLambda form = lambdaClass.toForm(function);
    return form(
        info,
        true,
        FunctionForm.LambdaForm.of(form),
        serialize(arguments(form), info, serializers, none));
  }

  static FunctionForm form(
      FunctionInfo info,
      boolean shared,
      FunctionForm.@Nullable LambdaForm lambda,
      Serialized value) {
    return new FunctionForm(
        info.name(),
        info.ownerClassName(),
        info.methodName(),
        info.methodDescriptor(),
        shared,
        lambda,
        value);
  }

  /** Makes a lambda again, with other captured values. */
  static Object make(
      FunctionInfo info,
      FunctionForm.LambdaForm form,
      ClassLoader loader,
      @Nullable Object[] captured) {
    try {
      return LambdaFactories.make(form, loader, captured);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new UnreadableValueException(
          "can't make the function %s of %s again: %s"
              .formatted(info.name(), info.ownerClassName(), e),
          e);
    }
  }

  private static @Nullable Object[] arguments(SerializedLambda form) {
    @Nullable Object[] arguments = new Object[form.getCapturedArgCount()];
    for (int index = 0; index < arguments.length; index++) {
      arguments[index] = form.getCapturedArg(index);
    }
    return arguments;
  }

  /** What is known of all functions of one class. */
  static final class LambdaClass {
    private final Class<?> type;
    private final boolean lambda;
    private final boolean capturesNothing;
    private final AtomicReference<@Nullable FunctionInfo> info = new AtomicReference<>();
    private final AtomicReference<@Nullable Method> writeReplace = new AtomicReference<>();

    private LambdaClass(Class<?> type) {
      this.type = type;
      this.lambda = ClassNames.isLambda(type);
      this.capturesNothing = lambda && type.getDeclaredFields().length == 0;
    }

    boolean isLambda() {
      return lambda;
    }

    boolean capturesNothing() {
      return capturesNothing;
    }

    FunctionInfo info(Object function) {
      FunctionInfo known = info.get();
      if (known == null) {
        known = isLambda() ? describe(toForm(function)) : describeObject();
        info.set(known);
      }
      return known;
    }

    /** The lambda as data, from its {@code writeReplace}. */
    SerializedLambda toForm(Object function) {
      String reason = Untransferable.reasonAgainst(type);
      if (reason != null) {
        throw new UnserializableValueException(type, ClassNames.simple(type), reason, null);
      }
      try {
        Method method = writeReplace.get();
        if (method == null) {
          method = type.getDeclaredMethod("writeReplace");
          if (!method.trySetAccessible()) {
            return (SerializedLambda) TrustedLookup.in(type).unreflect(method).invoke(function);
          }
          writeReplace.set(method);
        }
        return (SerializedLambda) method.invoke(function);
      } catch (Error e) {
        throw e;
      } catch (Throwable e) {
        throw new UnserializableValueException(
            type,
            ClassNames.simple(type),
            "this lambda was not compiled to be taken apart; write it as a lambda or a method"
                + " reference in Java",
            e);
      }
    }

    private FunctionInfo describe(SerializedLambda form) {
      String owner = form.getImplClass().replace('/', '.');
      String simpleOwner = owner.substring(owner.lastIndexOf('.') + 1).replace('$', '.');
      boolean constructor = form.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial;
      String method = constructor ? "new" : form.getImplMethodName();
      return new FunctionInfo(
          String.join(".", simpleOwner, LAMBDA_HASH.matcher(method).replaceFirst("$1$2")),
          owner,
          form.getImplMethodName(),
          form.getImplMethodSignature(),
          MethodType.fromMethodDescriptorString(
              form.getInstantiatedMethodType(), type.getClassLoader()),
          form.getCapturedArgCount(),
          !form.getImplMethodName().startsWith("lambda$"));
    }

    private FunctionInfo describeObject() {
      Method method = soleAbstractMethod();
      return new FunctionInfo(
          ClassNames.simple(type),
          type.getName(),
          method == null ? "" : method.getName(),
          "",
          method == null
              ? MethodType.methodType(Object.class)
              : MethodType.methodType(method.getReturnType(), method.getParameterTypes()),
          1,
          false);
    }

    private @Nullable Method soleAbstractMethod() {
      for (Class<?> at = type; at != null; at = at.getSuperclass()) {
        for (Class<?> functionalInterface : at.getInterfaces()) {
          for (Method method : functionalInterface.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers())) {
              return method;
            }
          }
        }
      }
      return null;
    }
  }
}
