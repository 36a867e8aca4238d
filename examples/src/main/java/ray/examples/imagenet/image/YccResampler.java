package ray.examples.imagenet.image;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Resizes the planes of a JPEG to a square with a Lanczos filter, and makes pixels of what comes
 * out. Where the JPEG has fewer samples of color than of luma, which is nearly always, that is half
 * of the work of resizing pixels, and libjpeg need not make any of the large image. As all this
 * adds up samples, either order gives the same image but for what is rounded and cut off at black
 * and white on the way, and for the way libjpeg spreads colors over pixels first: 0.3 to 0.5 grey
 * levels on average. Not thread-safe; keeps its working memory from image to image.
 *
 * <p>Rows are weighed first, as they lie there; then what is left is turned over, a block of
 * columns at a time, to weigh columns.
 */
final class YccResampler {
  /** Filters kept; a data set has a few hundred different widths and heights. */
  private static final int MAX_CACHED_WEIGHTS = 512;

  /** Samples of a row, for which working memory is kept. */
  private static final int MAX_KEPT = 2_048;

  /** Rows that are read together. */
  private static final int STRIP_ROWS = 32;

  private static final int BLOCK = Lines.BLOCK;

  /** Parts of the rows that come out: as many as a whole number has bytes. */
  private static final int PARTS = Integer.BYTES;

  /** Which filter it is. */
  private record Key(int samples, double length) {}

  private final int size;
  private final Map<Key, PlaneWeights> weights =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, PlaneWeights> eldest) {
          return size() > MAX_CACHED_WEIGHTS;
        }
      };

  private final Plane[] planes = new Plane[YccPlanes.COUNT];

  /** Rows as they were decoded. */
  private byte[] strip = {};

  /** A row that was weighed. */
  private float[] row = {};

  /**
   * As many rows as come out, in four parts: a whole number has a byte of each part, so that four
   * samples are turned over as one.
   */
  private final int partRows;

  private final int[][] turned;
  private final int[] red;
  private final int[] green;
  private final int[] blue;

  /** A block of columns of pixels. */
  private final int[][] columns;

  /** What one plane needs while it is resized. */
  private final class Plane {
    LineWindow<float[]> lines = LineWindow.ofFloats(0);

    /** The longest row there is memory for. */
    int room;

    /** The rows that come out, four at once. */
    int[][] shrunk = {};

    final LineWindow<float[]> columns = LineWindow.ofFloats(PARTS * partRows);

    /** A block of the columns that come out. */
    final float[][] output = new float[BLOCK][size];

    PlaneWeights across = PlaneWeights.lanczos(1, 1, size);
    int width;
    int read;

    void makeRoom(int width, int height, PlaneWeights down, PlaneWeights across) {
      this.width = width;
      this.across = across;
      read = 0;
      if (room < width || room > MAX_KEPT && width <= MAX_KEPT) {
        room = width;
        lines = LineWindow.ofFloats(room);
        // A block of columns may reach beyond the last.
        shrunk = new int[partRows][room + BLOCK];
      }
      lines.makeRoom(height, down.taps());
      columns.makeRoom(width, across.taps());
    }

    /** The next block of columns. */
    void shrinkRows(int x, int count) {
      for (int i = 0; i < count; i++) {
        for (int end = Math.min(width, across.end(x + i)); read < end; read += BLOCK) {
          readColumns();
        }
        PlaneLines.weigh(across, x + i, columns.lines(), output[i], size);
      }
    }

    private void readColumns() {
      PlaneLines.rowsToColumns(shrunk, read, turned, partRows);
      for (int i = 0; i < BLOCK; i++) {
        for (int part = 0; part < PARTS; part++) {
          PlaneLines.unpack(
              turned[i], part * Byte.SIZE, columns.lines()[read + i], part * partRows, partRows);
        }
      }
    }
  }

  YccResampler(int size) {
    this.size = size;
    this.partRows = Math.ceilDiv(size, PARTS);
    this.turned = new int[BLOCK][partRows];
    this.red = new int[size];
    this.green = new int[size];
    this.blue = new int[size];
    this.columns = new int[BLOCK][size];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = new Plane();
    }
  }

  /** Writes {@code [size, size, 3]} bytes, red green blue, at an offset of {@code into}. */
  void resample(YccPlanes image, byte[] into, int offset) {
    for (int i = 0; i < planes.length; i++) {
      shrinkColumns(image, i, planes[i]);
    }
    for (int x = 0; x < size; x += BLOCK) {
      int count = Math.min(BLOCK, size - x);
      for (Plane each : planes) {
        each.shrinkRows(x, count);
      }
      for (int i = 0; i < count; i++) {
        toPixels(planes[0].output[i], planes[1].output[i], planes[2].output[i], columns[i]);
      }
      write(into, offset, x, count);
    }
  }

  private void write(byte[] into, int offset, int x, int count) {
    int rowBytes = size * Lines.CHANNELS;
    int at = offset + x * Lines.CHANNELS;
    if (x + BLOCK < size) {
      PlaneLines.columnsToRgb(columns, into, at, rowBytes, size);
    } else {
      for (int i = 0; i < count; i++) {
        PlaneLines.columnToRgb(columns[i], into, at + i * Lines.CHANNELS, rowBytes, size);
      }
    }
  }

  /** The conversion of JFIF. */
  private void toPixels(float[] luma, float[] blueness, float[] redness, int[] column) {
    PlaneLines.toChannel(luma, blueness, 0, redness, 1.402f, red, size);
    PlaneLines.toChannel(luma, blueness, -0.344136f, redness, -0.714136f, green, size);
    PlaneLines.toChannel(luma, blueness, 1.772f, redness, 0, blue, size);
    PlaneLines.toPixels(red, green, blue, column, size);
  }

  private void shrinkColumns(YccPlanes image, int index, Plane plane) {
    int width = image.width(index);
    int height = image.height(index);
    PlaneWeights down = weights(height, image.exactHeight(index));
    plane.makeRoom(width, height, down, weights(width, image.exactWidth(index)));
    makeRoom(image.rowLength(index), width);
    float[][] lines = plane.lines.lines();
    int read = 0;
    for (int y = 0; y < size; y++) {
      for (int end = Math.min(height, down.end(y)); read < end; read++) {
        readRow(image, index, read, lines[read]);
      }
      PlaneLines.weigh(down, y, lines, row, width);
      int part = y / partRows;
      PlaneLines.pack(row, plane.shrunk[y % partRows], part * Byte.SIZE, width);
    }
  }

  private void makeRoom(int rowLength, int width) {
    if (strip.length < STRIP_ROWS * rowLength
        || strip.length > STRIP_ROWS * MAX_KEPT && rowLength <= MAX_KEPT) {
      strip = new byte[STRIP_ROWS * rowLength];
    }
    if (row.length < width || row.length > MAX_KEPT && width <= MAX_KEPT) {
      row = new float[width];
    }
  }

  private void readRow(YccPlanes image, int plane, int y, float[] into) {
    int rowLength = image.rowLength(plane);
    int inStrip = y % STRIP_ROWS;
    if (inStrip == 0) {
      int count = Math.min(STRIP_ROWS, image.height(plane) - y);
      image.readRows(plane, y, count, strip);
      PlaneLines.center(strip, count * rowLength);
    }
    PlaneLines.widen(strip, inStrip * rowLength, into, image.width(plane));
  }

  private PlaneWeights weights(int samples, double length) {
    return weights.computeIfAbsent(
        new Key(samples, length), key -> PlaneWeights.lanczos(key.samples(), key.length(), size));
  }
}
