package ray.examples.imagenet.image;

/**
 * The weights of a Lanczos filter of three lobes that takes a line of pixels from one length to
 * another, in the fixed-point form that Pillow uses, so that sums are equal to Pillow's bit for
 * bit. Immutable.
 *
 * @param first for each output pixel, the first input pixel that counts
 * @param taps the weights of each output pixel: as many as any needs, in whole groups, two at least
 * @param weights {@code taps} for each output pixel, which sum to about {@code 1 <<
 *     PRECISION_BITS}; those beyond what it needs, and beyond the end of the input, are 0
 */
@SuppressWarnings("ArrayRecordComponent") // held by one resampler, never compared
record ResamplingWeights(int[] first, int taps, int[] weights) {
  /** Weights that are used together. */
  static final int GROUP = 4;

  /** 8 bits of a pixel, 22 of its weight, one of overshoot and the sign fill an {@code int}. */
  static final int PRECISION_BITS = 32 - 8 - 2;

  static ResamplingWeights lanczos(int inputLength, int outputLength) {
    LanczosFilter filter = LanczosFilter.of(inputLength, inputLength, outputLength);
    int taps = wholeGroups(filter.mostTaps());
    int[] weights = new int[outputLength * taps];
    for (int x = 0; x < outputLength; x++) {
      double[] exact = filter.weights()[x];
      for (int i = 0; i < exact.length; i++) {
        weights[x * taps + i] = toFixedPoint(exact[i]);
      }
    }
    return new ResamplingWeights(filter.first(), taps, weights);
  }

  /** The input pixel after the last that counts for an output pixel. */
  int end(int output) {
    return first[output] + taps;
  }

  private static int wholeGroups(int needed) {
    return Math.max(2, Math.ceilDiv(needed, GROUP)) * GROUP;
  }

  private static int toFixedPoint(double weight) {
    double scaled = weight * (1 << PRECISION_BITS);
    return (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  }
}
