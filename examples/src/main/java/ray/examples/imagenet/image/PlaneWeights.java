package ray.examples.imagenet.image;

/**
 * The weights of a {@link LanczosFilter} as {@link PlaneLines} takes them. Immutable.
 *
 * @param first for each output sample, the first input sample that counts
 * @param taps the weights of each output sample: as many as any needs, in whole groups, two at
 *     least
 * @param weights {@code taps} for each output sample, which sum to 1; those beyond what it needs,
 *     and beyond the end of the input, are 0
 */
@SuppressWarnings("ArrayRecordComponent") // held by one resampler, never compared
record PlaneWeights(int[] first, int taps, float[] weights) {
  /** Weights that are used together. */
  static final int GROUP = 3;

  /** For nothing. */
  static final PlaneWeights NONE = new PlaneWeights(new int[0], 0, new float[0]);

  /** As {@link LanczosFilter#of}. */
  static PlaneWeights lanczos(int samples, double length, int outputLength) {
    LanczosFilter filter = LanczosFilter.of(samples, length, outputLength);
    int taps = Math.max(2, Math.ceilDiv(filter.mostTaps(), GROUP)) * GROUP;
    float[] weights = new float[outputLength * taps];
    for (int x = 0; x < outputLength; x++) {
      double[] exact = filter.weights()[x];
      for (int i = 0; i < exact.length; i++) {
        weights[x * taps + i] = (float) exact[i];
      }
    }
    return new PlaneWeights(filter.first(), taps, weights);
  }

  /** The input sample after the last that counts for an output sample. */
  int end(int output) {
    return first[output] + taps;
  }
}
