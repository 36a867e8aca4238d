package ray.runtime.serialization;

import java.lang.invoke.MethodType;

/**
 * What a function is, as far as its class tells: the same for every instance made by the same
 * expression.
 *
 * @param name what a person would call it: {@code Hello.square}, {@code Hello.lambda$main$0}, or
 *     the class's name where it is an object of a named class
 * @param ownerClassName the binary name of the class that holds the code
 * @param methodName the method that holds the code
 * @param methodDescriptor that method's JVM descriptor; empty for an object of a named class
 * @param type parameters and result as the caller sees them, without what is captured
 * @param capturedCount how many values it captures; for an object of a named class, 1: itself
 * @param methodReference whether it was written as a method or constructor reference
 */
public record FunctionInfo(
    String name,
    String ownerClassName,
    String methodName,
    String methodDescriptor,
    MethodType type,
    int capturedCount,
    boolean methodReference) {}
