package ray;

/**
 * The identity of an object, or of a task by its first result.
 *
 * @param owner the random id of the process that owns the object, new for each incarnation
 * @param number counted up by the owner alone
 */
public record ObjectId(long owner, long number) implements Comparable<ObjectId> {
  @Override
  public int compareTo(ObjectId other) {
    int byOwner = Long.compare(owner, other.owner);
    return byOwner != 0 ? byOwner : Long.compare(number, other.number);
  }

  @Override
  public int hashCode() {
    long mixed = (owner ^ number) * 0x9E3779B97F4A7C15L;
    return (int) (mixed ^ mixed >>> 32);
  }

  /**
   * Hexadecimal, as printed everywhere: {@code owner-number}, for an actor {@code
   * owner-actor-number}.
   */
  @Override
  public String toString() {
    return Long.toHexString(owner)
        + (number < 0 ? "-actor-" : "-")
        + Long.toHexString(Math.abs(number));
  }
}
