package ray.core.store;

/**
 * The store at one moment.
 *
 * @param capacityBytes what it can hold
 * @param usedBytes what its objects take up
 * @param largestFreeBytes the largest object that fits right now without evicting
 * @param objects how many objects have bytes, in whatever state
 * @param unsealedObjects the part of them that is still being written
 * @param readObjects the part of them that has readers
 * @param readBytes what the ones with readers take up
 * @param lingeringBytes what is kept by readers or writers alone
 * @param evictableBytes what unread secondary copies take up
 * @param evictedObjects how many were evicted since the start
 * @param waitingCreates how many creates wait for room
 * @param waitingBytes how much room they wait for
 * @param chunkBytes what processes were given ahead and have made no objects of yet; neither used
 *     nor free
 */
public record StoreStats(
    long capacityBytes,
    long usedBytes,
    long largestFreeBytes,
    int objects,
    int unsealedObjects,
    int readObjects,
    long readBytes,
    long lingeringBytes,
    long evictableBytes,
    long evictedObjects,
    int waitingCreates,
    long waitingBytes,
    long chunkBytes) {}
