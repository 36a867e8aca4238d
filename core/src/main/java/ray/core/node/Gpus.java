package ray.core.node;

import java.util.Arrays;
import ray.Resources;

/**
 * Which of a node's GPUs are whose. Whole ones belong to one lease each; fractions are packed, on
 * the one with the least room that is enough, so that whole ones stay free; and no GPU is ever
 * given more than once over. Sets of GPUs are bits of a number.
 */
final class Gpus {
  /** As many as there are bits. */
  static final int MAX = Long.SIZE;

  /** There is no such set. */
  static final long NONE_FITS = 0;

  private final long[] freeUnits;

  /** A node with so many. */
  Gpus(long units) {
    int count = (int) Math.min(MAX, units / Resources.UNITS_PER_ONE);
    this.freeUnits = new long[count];
    Arrays.fill(freeUnits, Resources.UNITS_PER_ONE);
  }

  /** Which could be given for so many units; {@link #NONE_FITS} if there are none. */
  long find(long units) {
    return units < Resources.UNITS_PER_ONE ? findRoom(units) : findWhole(units);
  }

  private long findRoom(long units) {
    int best = -1;
    for (int i = 0; i < freeUnits.length; i++) {
      if (freeUnits[i] >= units && (best < 0 || freeUnits[i] < freeUnits[best])) {
        best = i;
      }
    }
    return best < 0 ? NONE_FITS : 1L << best;
  }

  /** Of one and a half, the second would be used by half: it is given whole. */
  private long findWhole(long units) {
    long missing = (units + Resources.UNITS_PER_ONE - 1) / Resources.UNITS_PER_ONE;
    long found = 0;
    for (int i = 0; i < freeUnits.length && missing > 0; i++) {
      if (freeUnits[i] == Resources.UNITS_PER_ONE) {
        found |= 1L << i;
        missing--;
      }
    }
    return missing > 0 ? NONE_FITS : found;
  }

  /** Whether each of these has room for its part of so many units. */
  boolean haveRoom(long gpus, long units) {
    long each = Math.min(units, Resources.UNITS_PER_ONE);
    for (long left = gpus; left != 0; left &= left - 1) {
      if (freeUnits[Long.numberOfTrailingZeros(left)] < each) {
        return false;
      }
    }
    return true;
  }

  /** Gives (with 1) or takes back (with -1) so many units on these. */
  void change(long gpus, long units, int sign) {
    long each = Math.min(units, Resources.UNITS_PER_ONE);
    for (long left = gpus; left != 0; left &= left - 1) {
      freeUnits[Long.numberOfTrailingZeros(left)] -= sign * each;
    }
  }

  /** No GPU is given more than once over, nor taken back more than given. */
  boolean isSound() {
    return Arrays.stream(freeUnits).allMatch(free -> free >= 0 && free <= Resources.UNITS_PER_ONE);
  }

  /** What is left of one. */
  double free(int gpu) {
    return (double) freeUnits[gpu] / Resources.UNITS_PER_ONE;
  }
}
