package ray.runtime.serialization;

import java.lang.invoke.SerializedLambda;
import org.jspecify.annotations.Nullable;

/**
 * A function as data, for a process that has not loaded its class yet.
 *
 * @param name what a person would call it
 * @param ownerClassName the class that holds the code
 * @param methodName the method that holds the code
 * @param methodDescriptor that method's JVM descriptor
 * @param shared whether it captured nothing that could change: one instance serves all runs
 * @param lambda how a lambda is made again; null for an object of a named class
 * @param value what a lambda captured, as an array; or the object
 */
public record FunctionForm(
    String name,
    String ownerClassName,
    String methodName,
    String methodDescriptor,
    boolean shared,
    @Nullable LambdaForm lambda,
    Serialized value) {

  /** What a {@link SerializedLambda} says, but for what was captured. */
  public record LambdaForm(
      String capturingClass,
      String interfaceClass,
      String interfaceMethod,
      String interfaceSignature,
      int methodKind,
      String methodClass,
      String method,
      String signature,
      String instantiatedType) {

    static LambdaForm of(SerializedLambda lambda) {
      return new LambdaForm(
          lambda.getCapturingClass(),
          lambda.getFunctionalInterfaceClass(),
          lambda.getFunctionalInterfaceMethodName(),
          lambda.getFunctionalInterfaceMethodSignature(),
          lambda.getImplMethodKind(),
          lambda.getImplClass(),
          lambda.getImplMethodName(),
          lambda.getImplMethodSignature(),
          lambda.getInstantiatedMethodType());
    }
  }
}
