package ray.core.store;

/**
 * Where an object lies.
 *
 * @param key its key, chosen by whoever created it
 * @param bank the bank it lies in
 * @param offset where it starts in the bank, a multiple of 64
 * @param sizeBytes its size as asked for
 * @param coldBytes how many bytes at its end lie in memory that was never handed out before, whose
 *     first touch is slow
 */
public record StoreObject(long key, int bank, long offset, long sizeBytes, long coldBytes) {}
