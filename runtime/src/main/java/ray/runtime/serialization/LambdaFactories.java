package ray.runtime.serialization;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes lambdas again from what is known of them, as the JVM made them first: with {@link
 * LambdaMetafactory}. The method {@code $deserializeLambda$}, which the compiler adds for this,
 * does not tell apart two references to one method that expect arguments of different types
 * (JDK-8208752). Each lambda's class is made once. Thread-safe.
 */
final class LambdaFactories {
  private static final ClassValue<Map<FunctionForm.LambdaForm, MethodHandle>> FACTORIES =
      new ClassValue<>() {
        @Override
        protected Map<FunctionForm.LambdaForm, MethodHandle> computeValue(Class<?> capturing) {
          return new ConcurrentHashMap<>();
        }
      };

  private LambdaFactories() {}

  /**
   * Makes a lambda.
   *
   * @param loader where its classes come from
   */
  static Object make(FunctionForm.LambdaForm form, ClassLoader loader, @Nullable Object[] captured)
      throws Throwable {
    Class<?> capturing = home(form, loader);
    Map<FunctionForm.LambdaForm, MethodHandle> known = FACTORIES.get(capturing);
    MethodHandle factory = known.get(form);
    if (factory == null) {
      factory = factory(form, capturing, captured.length);
      known.put(form, factory);
    }
    return (Object) factory.invokeExact(captured);
  }

  /**
   * The class in which a lambda is made: the one it was written in. Where that is another
   * program's, which has called an actor of this one, a reference to a method that both know is
   * made in the class of the method.
   */
  private static Class<?> home(FunctionForm.LambdaForm form, ClassLoader loader)
      throws ClassNotFoundException {
    try {
      return load(form.capturingClass(), loader);
    } catch (ClassNotFoundException e) {
      if (form.methodClass().equals(form.capturingClass())) {
        throw e;
      }
      Class<?> owner = load(form.methodClass(), loader);
      if (owner.getClassLoader() != loader) {
        throw e;
      }
      return owner;
    }
  }

  private static Class<?> load(String internalName, ClassLoader loader)
      throws ClassNotFoundException {
    return Class.forName(internalName.replace('/', '.'), false, loader);
  }

  private static MethodHandle factory(
      FunctionForm.LambdaForm form, Class<?> capturing, int capturedCount) throws Throwable {
    ClassLoader loader = capturing.getClassLoader();
    Lookup lookup = TrustedLookup.in(capturing);
    MethodHandle code = code(form, capturing, loader, lookup);
    MethodType captures =
        MethodType.methodType(
            load(form.interfaceClass(), loader),
            code.type().parameterList().subList(0, capturedCount));
    return LambdaMetafactory.altMetafactory(
            lookup,
            form.interfaceMethod(),
            captures,
            MethodType.fromMethodDescriptorString(form.interfaceSignature(), loader),
            code,
            MethodType.fromMethodDescriptorString(form.instantiatedType(), loader),
            LambdaMetafactory.FLAG_SERIALIZABLE)
        .getTarget()
        .asSpreader(Object[].class, capturedCount)
        .asType(MethodType.methodType(Object.class, Object[].class));
  }

  private static MethodHandle code(
      FunctionForm.LambdaForm form, Class<?> capturing, ClassLoader loader, Lookup lookup)
      throws ReflectiveOperationException {
    Class<?> owner = load(form.methodClass(), loader);
    MethodType type = MethodType.fromMethodDescriptorString(form.signature(), loader);
    return switch (form.methodKind()) {
      case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(owner, form.method(), type);
      case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
      case MethodHandleInfo.REF_invokeSpecial ->
          lookup.findSpecial(owner, form.method(), type, capturing);
      default -> lookup.findVirtual(owner, form.method(), type);
    };
  }
}
