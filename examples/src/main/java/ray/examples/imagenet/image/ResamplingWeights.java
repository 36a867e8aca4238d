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

  private static final double LOBES = 3;

  static ResamplingWeights lanczos(int inputLength, int outputLength) {
    double scale = (double) inputLength / outputLength;
    double filterScale = Math.max(1, scale);
    double support = LOBES * filterScale;
    int[] first = new int[outputLength];
    int[] counts = new int[outputLength];
    int most = 0;
    for (int x = 0; x < outputLength; x++) {
      double center = (x + 0.5) * scale;
      first[x] = Math.max(0, (int) (center - support + 0.5));
      counts[x] = Math.min(inputLength, (int) (center + support + 0.5)) - first[x];
      most = Math.max(most, counts[x]);
    }
    int taps = wholeGroups(most);
    int[] weights = new int[outputLength * taps];
    double[] line = new double[taps];
    for (int x = 0; x < outputLength; x++) {
      double center = (x + 0.5) * scale;
      double sum = 0;
      for (int i = 0; i < counts[x]; i++) {
        line[i] = lanczos((i + first[x] - center + 0.5) * (1 / filterScale));
        sum += line[i];
      }
      for (int i = 0; i < counts[x]; i++) {
        weights[x * taps + i] = toFixedPoint(sum == 0 ? line[i] : line[i] / sum);
      }
    }
    return new ResamplingWeights(first, taps, weights);
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

  private static double lanczos(double x) {
    return -LOBES <= x && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
  }

  private static double sinc(double x) {
    double angle = x * Math.PI;
    return x == 0 ? 1 : Math.sin(angle) / angle;
  }
}
