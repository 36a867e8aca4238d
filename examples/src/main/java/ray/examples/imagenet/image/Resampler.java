package ray.examples.imagenet.image;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Resizes to a square with a Lanczos filter, equal bit for bit to Pillow's {@code resize(size,
 * LANCZOS)}. (From Pillow 13 on, images that shrink much more in height than in width take the two
 * passes in the other order there, which differs by roundings: by 0.15 grey levels on average.) Not
 * thread-safe; keeps its working memory from image to image.
 *
 * <p>A filter is a weighted sum of neighbouring pixels, first along rows, then along columns.
 * {@link Lines} adds whole lines up, in which the channels lie one after the other. For the pass
 * along rows that means columns as lines, so the image is turned over before it and turned back
 * after it, in tiles, while its pixels are still one {@code int} each. Lines are made just before
 * they are needed and soon give way to others, so that they stay in the cache.
 */
final class Resampler {
  /** Filters kept; a data set has a few hundred different widths and heights. */
  private static final int MAX_CACHED_WEIGHTS = 256;

  /** Columns or rows up to which working memory is kept. */
  private static final int MAX_KEPT = 2_048;

  private static final int CHANNELS = Lines.CHANNELS;

  private final int size;
  private final Map<Integer, ResamplingWeights> weightsByLength =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, ResamplingWeights> eldest) {
          return size() > MAX_CACHED_WEIGHTS;
        }
      };

  /** The rows of a tile as they were decoded, one after the other. */
  private int[] tile = {};

  /** Columns that are being turned over. */
  private final int[][] pixels = new int[Lines.BLOCK][Lines.TILE_ROWS];

  /** The columns of a tile, in channels. */
  private final LineWindow<int[]> columns = LineWindow.ofInts(CHANNELS * Lines.TILE_ROWS);

  private final int[][] turned = new int[Lines.BLOCK][CHANNELS * Lines.TILE_ROWS];

  /** The rows between the two passes, in whole pixels, one after the other. */
  private int[] rows = {};

  /** How far apart they lie. */
  private final int rowLength;

  /** A part of each row, in channels. */
  private final LineWindow<int[]> lines = LineWindow.ofInts(CHANNELS * Lines.PART);

  private final int[] line = new int[Lines.PART];
  private final int[] output = new int[CHANNELS * Lines.PART];

  Resampler(int size) {
    this.size = size;
    this.rowLength = Math.ceilDiv(size, Lines.BLOCK) * Lines.BLOCK;
  }

  /** Writes {@code [size, size, 3]} bytes, red green blue, at an offset of {@code into}. */
  void resample(PixelBuffer image, byte[] into, int offset) {
    boolean gray = image.isGray();
    ResamplingWeights across = weights(image.width());
    ResamplingWeights down = weights(image.height());
    makeRoom(image, across.taps(), down.taps());
    int tiles = Math.ceilDiv(image.height(), Lines.TILE_ROWS);
    int tileRows = Math.ceilDiv(image.height(), tiles);
    for (int first = 0; first < image.height(); first += tileRows) {
      int rowCount = Math.min(tileRows, image.height() - first);
      image.readRows(first, rowCount, tile);
      shrinkRows(across, image.width(), first, rowCount, gray);
    }
    for (int x = 0; x < size; x += Lines.PART) {
      int length = Math.min(Lines.PART, size - x);
      shrinkColumns(down, image.height(), x, length, gray, into, offset);
    }
    dropIfLarge();
  }

  private ResamplingWeights weights(int length) {
    return weightsByLength.computeIfAbsent(length, _ -> ResamplingWeights.lanczos(length, size));
  }

  private void makeRoom(PixelBuffer image, int tapsAcross, int tapsDown) {
    columns.makeRoom(image.width(), tapsAcross);
    lines.makeRoom(image.height(), tapsDown);
    int tileLength = Lines.TILE_ROWS * image.width() + Lines.BLOCK;
    if (tile.length < tileLength) {
      tile = new int[tileLength];
    }
    if (rows.length < image.height() * rowLength) {
      rows = new int[image.height() * rowLength];
    }
  }

  /** A rare giant does not keep its working memory occupied for the life of the program. */
  private void dropIfLarge() {
    if (tile.length > MAX_KEPT * Lines.TILE_ROWS) {
      tile = new int[0];
      columns.drop();
    }
    if (rows.length > MAX_KEPT * rowLength) {
      rows = new int[0];
      lines.drop();
    }
  }

  private void shrinkRows(
      ResamplingWeights weights, int width, int firstRow, int rowCount, boolean gray) {
    int length = gray ? rowCount : (CHANNELS - 1) * Lines.TILE_ROWS + rowCount;
    int read = 0;
    for (int x = 0; x < size; x += Lines.BLOCK) {
      for (int i = 0; i < Math.min(Lines.BLOCK, size - x); i++) {
        for (int end = Math.min(width, weights.end(x + i)); read < end; read += Lines.BLOCK) {
          readColumns(width, read, rowCount, gray);
        }
        Lines.weigh(weights, x + i, columns.lines(), turned[i], length);
        if (gray) {
          Lines.joinGray(turned[i], rowCount);
        } else {
          Lines.joinColumn(turned[i], rowCount);
        }
      }
      Lines.columnsToRows(turned, rows, firstRow * rowLength + x, rowLength, rowCount);
    }
  }

  /** Turns a block of columns over and takes the channels apart. */
  private void readColumns(int width, int x, int rowCount, boolean gray) {
    Lines.rowsToColumns(tile, width, x, pixels, rowCount);
    for (int i = 0; i < Lines.BLOCK; i++) {
      if (gray) {
        Lines.splitGray(pixels[i], columns.lines()[x + i], rowCount);
      } else {
        Lines.splitColumn(pixels[i], columns.lines()[x + i], rowCount);
      }
    }
  }

  private void shrinkColumns(
      ResamplingWeights weights,
      int height,
      int x,
      int length,
      boolean gray,
      byte[] into,
      int offset) {
    int read = 0;
    for (int y = 0; y < size; y++) {
      for (int end = Math.min(height, weights.end(y)); read < end; read++) {
        System.arraycopy(rows, read * rowLength + x, line, 0, length);
        if (gray) {
          Lines.splitGray(line, lines.lines()[read], length);
        } else {
          Lines.splitRow(line, lines.lines()[read], length);
        }
      }
      if (gray) {
        Lines.weigh(weights, y, lines.lines(), output, length);
        Lines.joinGray(output, length);
      } else {
        Lines.weigh(weights, y, lines.lines(), output, (CHANNELS - 1) * Lines.PART + length);
        Lines.joinRow(output, length);
      }
      Lines.writeRgb(output, into, offset + (y * size + x) * CHANNELS, length);
    }
  }
}
