package ray.core.store;

/**
 * What one process keeps in the store. Bytes that several processes keep count for each of them.
 *
 * @param process the process's id
 * @param objects how many objects it keeps, in whatever way
 * @param bytes what these take up
 * @param pinnedBytes the part of it that the process pins as an owner
 * @param readBytes the part that it has views of
 */
public record Holder(long process, int objects, long bytes, long pinnedBytes, long readBytes) {}
