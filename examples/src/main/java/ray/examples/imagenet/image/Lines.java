package ray.examples.imagenet.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What is done to whole lines of pixels. Nearly all of a resampler's time is spent here, so each
 * loop has a shape that the JIT turns into vector instructions: {@code int}s at one index of
 * several arrays. The two that turn an image over can't be; they move whole pixels, eight at a
 * time, which are half a cache line.
 */
final class Lines {
  /** Rows or columns that are turned over together. */
  static final int BLOCK = 8;

  /** Lines that are weighed in one loop; with more, the JIT makes no vectors of it. */
  private static final int GROUP = ResamplingWeights.GROUP;

  private static final int HALF = 1 << (ResamplingWeights.PRECISION_BITS - 1);
  private static final int GRAY = 0x010101;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Lines() {}

  /**
   * Copies a block of rows, one after the other, into columns.
   *
   * @param width of the rows, and how many columns
   * @param row where the first row goes in each column
   */
  static void rowsToColumns(int[] rows, int width, int[][] columns, int row) {
    for (int x = 0; x < width; x++) {
      int[] column = columns[x];
      column[row] = rows[x];
      column[row + 1] = rows[x + width];
      column[row + 2] = rows[x + 2 * width];
      column[row + 3] = rows[x + 3 * width];
      column[row + 4] = rows[x + 4 * width];
      column[row + 5] = rows[x + 5 * width];
      column[row + 6] = rows[x + 6 * width];
      column[row + 7] = rows[x + 7 * width];
    }
  }

  /** Copies a block of columns into rows, at {@code x} of each. */
  static void columnsToRows(int[][] columns, int[][] rows, int firstRow, int rowCount, int x) {
    int[] a = columns[0];
    int[] b = columns[1];
    int[] c = columns[2];
    int[] d = columns[3];
    int[] e = columns[4];
    int[] f = columns[5];
    int[] g = columns[6];
    int[] h = columns[7];
    for (int y = 0; y < rowCount; y++) {
      int[] row = rows[firstRow + y];
      row[x] = a[y];
      row[x + 1] = b[y];
      row[x + 2] = c[y];
      row[x + 3] = d[y];
      row[x + 4] = e[y];
      row[x + 5] = f[y];
      row[x + 6] = g[y];
      row[x + 7] = h[y];
    }
  }

  /** Takes pixels apart. The line of blues holds them before. */
  static void split(int[] reds, int[] greens, int[] blues, int length) {
    for (int i = 0; i < length; i++) {
      int pixel = blues[i];
      reds[i] = (pixel >>> 16) & 0xFF;
      greens[i] = (pixel >>> 8) & 0xFF;
      blues[i] = pixel & 0xFF;
    }
  }

  /** Puts pixels together. The line of blues holds them afterwards. */
  static void join(int[] reds, int[] greens, int[] blues, int length) {
    for (int i = 0; i < length; i++) {
      blues[i] |= reds[i] << 16 | greens[i] << 8;
    }
  }

  /** In place. */
  static void pixelsToGray(int[] line, int length) {
    for (int i = 0; i < length; i++) {
      line[i] &= 0xFF;
    }
  }

  /** In place. */
  static void grayToPixels(int[] line, int length) {
    for (int i = 0; i < length; i++) {
      line[i] *= GRAY;
    }
  }

  /** Writes three bytes a pixel: red, green, blue. */
  static void writeRgb(int[] pixels, byte[] into, int offset, int length) {
    int at = offset;
    for (int x = 0; x < length - 1; x++, at += 3) {
      // The fourth byte is where the next pixel goes.
      INT.set(into, at, Integer.reverseBytes(pixels[x]) >>> 8);
    }
    int last = pixels[length - 1];
    into[at] = (byte) (last >>> 16);
    into[at + 1] = (byte) (last >>> 8);
    into[at + 2] = (byte) last;
  }

  /** One output line: the weighted sum of the input lines that count for it, rounded to 0…255. */
  static void weigh(ResamplingWeights filter, int at, int[][] lines, int[] sum, int length) {
    int[] weights = filter.weights();
    int line = filter.first()[at];
    int w = at * filter.taps();
    int end = w + filter.taps() - GROUP;
    start(sum, lines, line, weights, w, length);
    for (w += GROUP, line += GROUP; w < end; w += GROUP, line += GROUP) {
      add(sum, lines, line, weights, w, length);
    }
    finish(sum, lines, line, weights, w, length);
  }

  private static void start(int[] sum, int[][] lines, int line, int[] weights, int w, int length) {
    int[] a = lines[line];
    int[] b = lines[line + 1];
    int[] c = lines[line + 2];
    int[] d = lines[line + 3];
    int weightA = weights[w];
    int weightB = weights[w + 1];
    int weightC = weights[w + 2];
    int weightD = weights[w + 3];
    for (int i = 0; i < length; i++) {
      sum[i] = HALF + a[i] * weightA + b[i] * weightB + c[i] * weightC + d[i] * weightD;
    }
  }

  private static void add(int[] sum, int[][] lines, int line, int[] weights, int w, int length) {
    int[] a = lines[line];
    int[] b = lines[line + 1];
    int[] c = lines[line + 2];
    int[] d = lines[line + 3];
    int weightA = weights[w];
    int weightB = weights[w + 1];
    int weightC = weights[w + 2];
    int weightD = weights[w + 3];
    for (int i = 0; i < length; i++) {
      sum[i] += a[i] * weightA + b[i] * weightB + c[i] * weightC + d[i] * weightD;
    }
  }

  private static void finish(int[] sum, int[][] lines, int line, int[] weights, int w, int length) {
    int[] a = lines[line];
    int[] b = lines[line + 1];
    int[] c = lines[line + 2];
    int[] d = lines[line + 3];
    int weightA = weights[w];
    int weightB = weights[w + 1];
    int weightC = weights[w + 2];
    int weightD = weights[w + 3];
    for (int i = 0; i < length; i++) {
      int all = sum[i] + a[i] * weightA + b[i] * weightB + c[i] * weightC + d[i] * weightD;
      sum[i] = Math.min(255, Math.max(0, all >> ResamplingWeights.PRECISION_BITS));
    }
  }
}
