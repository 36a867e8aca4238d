package ray.core;

/**
 * What all calls of one function with the same options have in common: what to run and under which
 * policy. Shared by reference by its tasks, of which there may be a million, and said once a
 * connection.
 *
 * @param job the job it belongs to
 * @param schedulingClass function and needs
 * @param name what people see
 * @param function the user's function, opaque
 * @param returns how many results; -1 for a generator
 * @param policy retries, limits and labels, opaque to all but its owner and executor
 */
public record CallSpec(
    long job,
    FunctionKey schedulingClass,
    String name,
    Object function,
    int returns,
    TaskPolicy policy) {}
