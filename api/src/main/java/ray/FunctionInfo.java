package ray;

/**
 * A function that was called.
 *
 * @param name its class and name
 * @param submitted how many tasks of it were submitted
 * @param finished how many ended with a result
 * @param failed how many ended without one
 */
public record FunctionInfo(String name, long submitted, long finished, long failed) {}
