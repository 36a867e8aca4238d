package ray.core;

import java.util.Map;

/**
 * What a task's options say about its runs.
 *
 * @param maxRetries how often it may run again; -1 without limit
 * @param retryExceptions which exceptions of the user's code are retried, opaque; the executor
 *     judges
 * @param timeoutNs the limit of one run; 0 without limit
 * @param backpressure how many items a generator may be ahead
 * @param concurrencyGroup the actor's group; empty for its own
 * @param labels free text
 */
public record TaskPolicy(
    int maxRetries,
    Object retryExceptions,
    long timeoutNs,
    int backpressure,
    String concurrencyGroup,
    Map<String, String> labels) {}
