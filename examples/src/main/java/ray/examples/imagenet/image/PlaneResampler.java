package ray.examples.imagenet.image;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Resizes one plane of images to a square with a Lanczos filter: all rows at first, as they lie
 * there; then columns, a block of them at a time, for which what is left is turned over. Not
 * thread-safe; keeps its working memory from image to image.
 */
final class PlaneResampler {
  /** Columns that come out together. */
  static final int BLOCK = Lines.BLOCK;

  /** Filters kept; a data set has a few hundred different widths and heights. */
  private static final int MAX_CACHED_WEIGHTS = 256;

  /** The longest row for which working memory is kept. */
  private static final int MAX_KEPT = 2_048;

  /** Rows that are read together. */
  private static final int STRIP_ROWS = 32;

  /** Parts of the rows that come out: as many as a whole number has bytes. */
  private static final int PARTS = Integer.BYTES;

  /** Which filter it is. */
  private record Key(int samples, double length) {}

  private final int plane;
  private final int size;
  private final Map<Key, PlaneWeights> weights =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, PlaneWeights> eldest) {
          return size() > MAX_CACHED_WEIGHTS;
        }
      };

  /** The longest row there is memory for. */
  private int room;

  /** Rows as they were decoded. */
  private byte[] strip = {};

  private LineWindow<float[]> rows = LineWindow.ofFloats(0);

  /** A row that was weighed. */
  private float[] row = {};

  /** As many rows as a part has. */
  private final int partRows;

  /**
   * The rows that come out, one after the other: a byte of each number is the sample of one part,
   * so that four samples are turned over as one.
   */
  private int[] shrunk = {};

  private final int[][] turned;
  private final LineWindow<float[]> columns;

  /** A block of the columns that come out. */
  private final float[][] output;

  private PlaneWeights across = PlaneWeights.NONE;
  private int width;

  /** Columns that were turned over. */
  private int read;

  /** For one of the planes, whose width and height become {@code size}. */
  PlaneResampler(int plane, int size) {
    this.plane = plane;
    this.size = size;
    this.partRows = Math.ceilDiv(size, PARTS);
    this.turned = new int[BLOCK][partRows];
    this.columns = LineWindow.ofFloats(PARTS * partRows);
    this.output = new float[BLOCK][size];
  }

  /** Begins with an image: as many rows become of its plane as are wanted. */
  void shrinkColumns(YccPlanes image) {
    int height = image.height(plane);
    PlaneWeights down = weights(height, image.exactHeight(plane));
    width = image.width(plane);
    across = weights(width, image.exactWidth(plane));
    read = 0;
    makeRoom(image.rowLength(plane));
    rows.makeRoom(height, down.taps());
    columns.makeRoom(width, across.taps());
    Arrays.fill(shrunk, 0, partRows * width, 0);
    int rowsRead = 0;
    for (int y = 0; y < size; y++) {
      for (int end = Math.min(height, down.end(y)); rowsRead < end; rowsRead++) {
        readRow(image, rowsRead);
      }
      PlaneLines.weigh(down, y, rows.lines(), row, width);
      int part = y / partRows;
      PlaneLines.pack(row, shrunk, y % partRows * width, part * Byte.SIZE, width);
    }
  }

  private PlaneWeights weights(int samples, double length) {
    return weights.computeIfAbsent(
        new Key(samples, length), key -> PlaneWeights.lanczos(key.samples(), key.length(), size));
  }

  private void makeRoom(int rowLength) {
    if (room < rowLength || room > MAX_KEPT && rowLength <= MAX_KEPT) {
      room = rowLength;
      strip = new byte[STRIP_ROWS * room];
      rows = LineWindow.ofFloats(room);
      row = new float[room];
      // A block of columns may reach beyond the last.
      shrunk = new int[partRows * room + BLOCK];
    }
  }

  private void readRow(YccPlanes image, int y) {
    int rowLength = image.rowLength(plane);
    int inStrip = y % STRIP_ROWS;
    if (inStrip == 0) {
      int count = Math.min(STRIP_ROWS, image.height(plane) - y);
      image.readRows(plane, y, count, strip);
      PlaneLines.center(strip, count * rowLength);
    }
    PlaneLines.widen(strip, inStrip * rowLength, rows.lines()[y], width);
  }

  /**
   * The next block of columns that come out; valid until the one after it.
   *
   * @param x the first
   */
  float[][] shrinkRows(int x) {
    for (int i = 0; i < Math.min(BLOCK, size - x); i++) {
      for (int end = Math.min(width, across.end(x + i)); read < end; read += BLOCK) {
        readColumns();
      }
      PlaneLines.weigh(across, x + i, columns.lines(), output[i], size);
    }
    return output;
  }

  private void readColumns() {
    Lines.rowsToColumns(shrunk, width, read, turned, partRows);
    for (int i = 0; i < BLOCK; i++) {
      float[] column = columns.lines()[read + i];
      for (int part = 0; part < PARTS; part++) {
        PlaneLines.unpack(turned[i], part * Byte.SIZE, column, part * partRows, partRows);
      }
    }
  }
}
