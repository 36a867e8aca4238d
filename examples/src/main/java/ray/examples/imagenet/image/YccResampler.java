package ray.examples.imagenet.image;

/**
 * Resizes the planes of a JPEG to a square with a Lanczos filter, and makes pixels of what comes
 * out. Where the JPEG has fewer samples of color than of luma, which is nearly always, that is half
 * of the work of resizing pixels, and libjpeg need not make any of the large image. As all this
 * adds up samples, either order gives the same image but for what is rounded and cut off at black
 * and white on the way, and for the way libjpeg spreads colors over pixels first: 0.3 to 0.5 grey
 * levels on average. Not thread-safe; keeps its working memory from image to image.
 */
final class YccResampler {
  private static final int BLOCK = PlaneResampler.BLOCK;

  private final int size;
  private final PlaneResampler luma;
  private final PlaneResampler blueness;
  private final PlaneResampler redness;
  private final int[] red;
  private final int[] green;
  private final int[] blue;

  /** A block of columns. */
  private final int[][] pixels;

  YccResampler(int size) {
    this.size = size;
    this.luma = new PlaneResampler(0, size);
    this.blueness = new PlaneResampler(1, size);
    this.redness = new PlaneResampler(2, size);
    this.red = new int[size];
    this.green = new int[size];
    this.blue = new int[size];
    this.pixels = new int[BLOCK][size];
  }

  /** Writes {@code [size, size, 3]} bytes, red green blue, at an offset of {@code into}. */
  void resample(YccPlanes image, byte[] into, int offset) {
    luma.shrinkColumns(image);
    blueness.shrinkColumns(image);
    redness.shrinkColumns(image);
    for (int x = 0; x < size; x += BLOCK) {
      float[][] y = luma.shrinkRows(x);
      float[][] b = blueness.shrinkRows(x);
      float[][] r = redness.shrinkRows(x);
      for (int i = 0; i < Math.min(BLOCK, size - x); i++) {
        toPixels(y[i], b[i], r[i], pixels[i]);
      }
      write(x, into, offset);
    }
  }

  /** The conversion of JFIF. */
  private void toPixels(float[] y, float[] b, float[] r, int[] column) {
    PlaneLines.toChannel(y, b, 0, r, 1.402f, red, size);
    PlaneLines.toChannel(y, b, -0.344136f, r, -0.714136f, green, size);
    PlaneLines.toChannel(y, b, 1.772f, r, 0, blue, size);
    PlaneLines.toPixels(red, green, blue, column, size);
  }

  private void write(int x, byte[] into, int offset) {
    int rowBytes = size * Lines.CHANNELS;
    int at = offset + x * Lines.CHANNELS;
    if (x + BLOCK < size) {
      PlaneLines.columnsToRgb(pixels, into, at, rowBytes, size);
    } else {
      for (int i = 0; i < size - x; i++) {
        PlaneLines.columnToRgb(pixels[i], into, at + i * Lines.CHANNELS, rowBytes, size);
      }
    }
  }
}
