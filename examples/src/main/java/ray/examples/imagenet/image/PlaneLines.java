package ray.examples.imagenet.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What is done to whole lines of a {@link YccPlanes plane}, as {@link Lines} has it for pixels:
 * loops of a shape that the JIT turns into vector instructions, but for those that write bytes.
 */
final class PlaneLines {
  /** Lines that are weighed in one loop. */
  private static final int GROUP = PlaneWeights.GROUP;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final float CENTER = 128;
  private static final float HALF = 0.5f;

  private PlaneLines() {}

  /** Moves samples from 0…255 to -128…127, which is what a byte of Java holds. */
  static void center(byte[] samples, int length) {
    for (int i = 0; i < length; i++) {
      samples[i] ^= (byte) 0x80;
    }
  }

  static void widen(byte[] samples, int from, float[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] = samples[from + i];
    }
  }

  /**
   * Rounds samples of -128…127 to 0…255, and puts them into a byte each of whole numbers where that
   * is 0; what lies beyond is cut off.
   *
   * @param shift which byte: 0, 8, 16 or 24
   */
  static void pack(float[] samples, int[] packed, int from, int shift, int length) {
    for (int i = 0; i < length; i++) {
      packed[from + i] |= Math.min(255, Math.max(0, (int) (samples[i] + (CENTER + HALF)))) << shift;
    }
  }

  /** Takes one byte each of whole numbers. */
  static void unpack(int[] packed, int shift, float[] into, int from, int length) {
    for (int i = 0; i < length; i++) {
      into[from + i] = (packed[i] >>> shift) & 0xFF;
    }
  }

  /** One output line: the weighted sum of the input lines that count for it. */
  static void weigh(PlaneWeights filter, int at, float[][] lines, float[] sum, int length) {
    float[] weights = filter.weights();
    int line = filter.first()[at];
    int w = at * filter.taps();
    int end = w + filter.taps();
    start(sum, lines, line, weights, w, length);
    for (w += GROUP, line += GROUP; w < end; w += GROUP, line += GROUP) {
      add(sum, lines, line, weights, w, length);
    }
  }

  private static void start(
      float[] sum, float[][] lines, int line, float[] weights, int w, int length) {
    float[] a = lines[line];
    float[] b = lines[line + 1];
    float[] c = lines[line + 2];
    float weightA = weights[w];
    float weightB = weights[w + 1];
    float weightC = weights[w + 2];
    for (int i = 0; i < length; i++) {
      sum[i] = a[i] * weightA + b[i] * weightB + c[i] * weightC;
    }
  }

  private static void add(
      float[] sum, float[][] lines, int line, float[] weights, int w, int length) {
    float[] a = lines[line];
    float[] b = lines[line + 1];
    float[] c = lines[line + 2];
    float weightA = weights[w];
    float weightB = weights[w + 1];
    float weightC = weights[w + 2];
    for (int i = 0; i < length; i++) {
      sum[i] += a[i] * weightA + b[i] * weightB + c[i] * weightC;
    }
  }

  /** One of red, green and blue, from luma and colors. */
  static void toChannel(
      float[] luma,
      float[] blueness,
      float weightOfBlueness,
      float[] redness,
      float weightOfRedness,
      int[] channel,
      int length) {
    float rest = HALF - CENTER * (weightOfBlueness + weightOfRedness);
    for (int i = 0; i < length; i++) {
      float value = blueness[i] * weightOfBlueness + redness[i] * weightOfRedness + rest;
      channel[i] = Math.min(255, Math.max(0, (int) (luma[i] + value)));
    }
  }

  /** The first byte of a pixel is its red. */
  static void toPixels(int[] red, int[] green, int[] blue, int[] pixels, int length) {
    for (int i = 0; i < length; i++) {
      pixels[i] = red[i] | green[i] << 8 | blue[i] << 16;
    }
  }

  /**
   * Writes a block of columns of pixels, of three bytes each, beside each other.
   *
   * @param at where the first pixel of the first column goes
   * @param rowBytes how far apart rows are; there is a pixel behind the block in each
   */
  static void columnsToRgb(int[][] columns, byte[] into, int at, int rowBytes, int rowCount) {
    int[] a = columns[0];
    int[] b = columns[1];
    int[] c = columns[2];
    int[] d = columns[3];
    int[] e = columns[4];
    int[] f = columns[5];
    int[] g = columns[6];
    int[] h = columns[7];
    for (int y = 0, to = at; y < rowCount; y++, to += rowBytes) {
      // The fourth byte is where the next pixel goes.
      INT.set(into, to, a[y]);
      INT.set(into, to + 3, b[y]);
      INT.set(into, to + 6, c[y]);
      INT.set(into, to + 9, d[y]);
      INT.set(into, to + 12, e[y]);
      INT.set(into, to + 15, f[y]);
      INT.set(into, to + 18, g[y]);
      INT.set(into, to + 21, h[y]);
    }
  }

  /** The same for one column, which may be the last. */
  static void columnToRgb(int[] column, byte[] into, int at, int rowBytes, int rowCount) {
    for (int y = 0, to = at; y < rowCount; y++, to += rowBytes) {
      int pixel = column[y];
      into[to] = (byte) pixel;
      into[to + 1] = (byte) (pixel >> 8);
      into[to + 2] = (byte) (pixel >> 16);
    }
  }
}
