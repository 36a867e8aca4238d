package ray.examples.imagenet.image;

/**
 * A Lanczos filter of three lobes that takes a line of samples from one length to another, as
 * Pillow has it (C. E. Duchon, "Lanczos filtering in one and two dimensions", 1979). Immutable.
 *
 * @param first for each output sample, the first input sample that counts
 * @param weights for each output sample, those of the input samples from the first on; they sum to
 *     1
 */
@SuppressWarnings("ArrayRecordComponent") // read by those who make tables of it, never compared
record LanczosFilter(int[] first, double[][] weights) {
  private static final double LOBES = 3;

  /**
   * A filter.
   *
   * @param samples how many there are
   * @param length what the output stands for, in samples: less than there are where the last one
   *     lies only partly in the image, as those of color may
   * @param outputLength how many samples come out
   */
  static LanczosFilter of(int samples, double length, int outputLength) {
    double scale = length / outputLength;
    double filterScale = Math.max(1, scale);
    double support = LOBES * filterScale;
    int[] first = new int[outputLength];
    double[][] weights = new double[outputLength][];
    for (int x = 0; x < outputLength; x++) {
      double center = (x + 0.5) * scale;
      first[x] = Math.max(0, (int) (center - support + 0.5));
      int end = Math.min(samples, (int) (center + support + 0.5));
      weights[x] = weights(first[x], end - first[x], center, filterScale);
    }
    return new LanczosFilter(first, weights);
  }

  private static double[] weights(int first, int count, double center, double filterScale) {
    double[] weights = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      weights[i] = lanczos((i + first - center + 0.5) * (1 / filterScale));
      sum += weights[i];
    }
    if (sum != 0) {
      for (int i = 0; i < count; i++) {
        weights[i] /= sum;
      }
    }
    return weights;
  }

  /** As many input samples as any output sample needs. */
  int mostTaps() {
    int most = 0;
    for (double[] each : weights) {
      most = Math.max(most, each.length);
    }
    return most;
  }

  private static double lanczos(double x) {
    return -LOBES <= x && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
  }

  private static double sinc(double x) {
    double angle = x * Math.PI;
    return x == 0 ? 1 : Math.sin(angle) / angle;
  }
}
