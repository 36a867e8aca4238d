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
  static final int CHANNELS = 3;

  /** Rows or columns that are turned over together. */
  static final int BLOCK = 8;

  /**
   * Most rows of a tile: few enough for the columns that are weighed together to stay in the
   * first-level cache. In a column the channels lie so far apart, as a constant distance lets the
   * JIT make vectors of what is done to one array at two places.
   */
  static final int TILE_ROWS = 128;

  /** Most pixels of a part of a row; in it the channels lie so far apart. */
  static final int PART = 256;

  /** Lines that are weighed in one loop; with more, the JIT makes no vectors of it. */
  private static final int GROUP = ResamplingWeights.GROUP;

  private static final int HALF = 1 << (ResamplingWeights.PRECISION_BITS - 1);
  private static final int GRAY = 0x010101;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Lines() {}

  /**
   * Copies a block of columns out of rows.
   *
   * @param rows one after the other
   * @param width of the rows
   * @param x the first column; those beyond the width become anything
   */
  static void rowsToColumns(int[] rows, int width, int x, int[][] columns, int rowCount) {
    int[] a = columns[0];
    int[] b = columns[1];
    int[] c = columns[2];
    int[] d = columns[3];
    int[] e = columns[4];
    int[] f = columns[5];
    int[] g = columns[6];
    int[] h = columns[7];
    for (int y = 0, at = x; y < rowCount; y++, at += width) {
      a[y] = rows[at];
      b[y] = rows[at + 1];
      c[y] = rows[at + 2];
      d[y] = rows[at + 3];
      e[y] = rows[at + 4];
      f[y] = rows[at + 5];
      g[y] = rows[at + 6];
      h[y] = rows[at + 7];
    }
  }

  /**
   * Copies a block of columns into rows.
   *
   * @param rows one after the other
   * @param start where the first pixel of the block goes
   * @param rowLength how far apart rows lie
   */
  static void columnsToRows(int[][] columns, int[] rows, int start, int rowLength, int rowCount) {
    int[] a = columns[0];
    int[] b = columns[1];
    int[] c = columns[2];
    int[] d = columns[3];
    int[] e = columns[4];
    int[] f = columns[5];
    int[] g = columns[6];
    int[] h = columns[7];
    for (int y = 0, at = start; y < rowCount; y++, at += rowLength) {
      rows[at] = a[y];
      rows[at + 1] = b[y];
      rows[at + 2] = c[y];
      rows[at + 3] = d[y];
      rows[at + 4] = e[y];
      rows[at + 5] = f[y];
      rows[at + 6] = g[y];
      rows[at + 7] = h[y];
    }
  }

  /** Takes a column of whole pixels apart: reds, greens, blues, {@link #TILE_ROWS} apart. */
  static void splitColumn(int[] pixels, int[] into, int length) {
    for (int i = 0; i < length; i++) {
      int pixel = pixels[i];
      into[i] = (pixel >>> 16) & 0xFF;
      into[i + TILE_ROWS] = (pixel >>> 8) & 0xFF;
      into[i + 2 * TILE_ROWS] = pixel & 0xFF;
    }
  }

  /** Puts a column together again, where its reds were. */
  static void joinColumn(int[] line, int length) {
    for (int i = 0; i < length; i++) {
      line[i] = line[i] << 16 | line[i + TILE_ROWS] << 8 | line[i + 2 * TILE_ROWS];
    }
  }

  /** The same as {@link #splitColumn} for a part of a row: channels are {@link #PART} apart. */
  static void splitRow(int[] pixels, int[] into, int length) {
    for (int i = 0; i < length; i++) {
      int pixel = pixels[i];
      into[i] = (pixel >>> 16) & 0xFF;
      into[i + PART] = (pixel >>> 8) & 0xFF;
      into[i + 2 * PART] = pixel & 0xFF;
    }
  }

  /** The same as {@link #joinColumn} for a part of a row. */
  static void joinRow(int[] line, int length) {
    for (int i = 0; i < length; i++) {
      line[i] = line[i] << 16 | line[i + PART] << 8 | line[i + 2 * PART];
    }
  }

  /** Takes the one channel of gray pixels. */
  static void splitGray(int[] pixels, int[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] = pixels[i] & 0xFF;
    }
  }

  /** Makes gray pixels of one channel. */
  static void joinGray(int[] line, int length) {
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
