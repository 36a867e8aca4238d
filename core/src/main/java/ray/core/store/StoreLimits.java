package ray.core.store;

/**
 * The bounds of one node's store.
 *
 * @param capacityBytes what all objects together may take up; rounded down to a multiple of 64
 * @param maxBankBytes the largest contiguous piece the memory can be had in, and so the largest
 *     object
 * @param maxWaitingCreates how many creates may wait for room before further ones fail at once
 */
public record StoreLimits(long capacityBytes, long maxBankBytes, int maxWaitingCreates) {
  /**
   * A waiting create holds a thread or a remote request and a few hundred bytes here. More than
   * this many means that the program produces far faster than it frees, which an error tells it
   * sooner.
   */
  public static final int DEFAULT_MAX_WAITING_CREATES = 10_000;

  public StoreLimits {
    if (capacityBytes < BankAllocator.ALIGNMENT_BYTES) {
      throw new IllegalArgumentException(
          "a store needs at least "
              + BankAllocator.ALIGNMENT_BYTES
              + " bytes, not "
              + capacityBytes);
    }
    if (maxBankBytes < BankAllocator.ALIGNMENT_BYTES) {
      throw new IllegalArgumentException("a bank cannot be of " + maxBankBytes + " bytes");
    }
    if (maxWaitingCreates < 0) {
      throw new IllegalArgumentException("maxWaitingCreates is " + maxWaitingCreates);
    }
  }
}
