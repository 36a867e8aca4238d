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
 * after it, in tiles that stay in the cache, while its pixels are still one {@code int} each.
 */
final class Resampler {
  /** Most rows of a tile: few enough for its columns to stay in the second-level cache. */
  private static final int TILE_ROWS = 192;

  /** Filters kept; a data set has a few hundred different widths and heights. */
  private static final int MAX_CACHED_WEIGHTS = 256;

  private static final int CHANNELS = 3;

  private final int size;
  private final Map<Integer, ResamplingWeights> weightsByLength =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, ResamplingWeights> eldest) {
          return size() > MAX_CACHED_WEIGHTS;
        }
      };

  /** The columns of a tile, in channels. */
  private int[][] columns = {};

  /** The rows between the two passes, in whole pixels. */
  private int[][] rows = {};

  /** The same, in channels. */
  private int[][] lines = {};

  /** Columns that are being turned over. */
  private final int[][] pixels = new int[Lines.BLOCK][TILE_ROWS];

  private final int[][] turned = new int[Lines.BLOCK][CHANNELS * TILE_ROWS];
  private final int[] output;
  private final Lines.Channels channels;

  /** The rows of a tile as they were decoded, one after the other. */
  private int[] tile = {};

  Resampler(int size) {
    this.size = size;
    this.output = new int[CHANNELS * size];
    this.channels = new Lines.Channels(Math.max(size, TILE_ROWS));
  }

  /** Writes {@code [size, size, 3]} bytes, red green blue, at an offset of {@code into}. */
  void resample(PixelBuffer image, byte[] into, int offset) {
    int count = image.isGray() ? 1 : CHANNELS;
    ResamplingWeights across = weights(image.width());
    ResamplingWeights down = weights(image.height());
    makeRoom(image, Math.max(across.taps(), down.taps()));
    int tiles = Math.ceilDiv(image.height(), TILE_ROWS);
    int tileRows = Math.ceilDiv(image.height(), tiles);
    for (int first = 0; first < image.height(); first += tileRows) {
      int rowCount = Math.min(tileRows, image.height() - first);
      readColumns(image, first, rowCount, count);
      shrinkRows(across, first, rowCount, count);
    }
    shrinkColumns(down, image.height(), count, into, offset);
    dropIfLarge();
  }

  private ResamplingWeights weights(int length) {
    return weightsByLength.computeIfAbsent(length, _ -> ResamplingWeights.lanczos(length, size));
  }

  private void makeRoom(PixelBuffer image, int maxTaps) {
    int widthInBlocks = Math.ceilDiv(image.width(), Lines.BLOCK) * Lines.BLOCK;
    if (tile.length < TILE_ROWS * image.width() + Lines.BLOCK) {
      tile = new int[TILE_ROWS * image.width() + Lines.BLOCK];
    }
    if (columns.length < widthInBlocks + maxTaps) {
      columns = new int[widthInBlocks + maxTaps][CHANNELS * TILE_ROWS];
    }
    if (lines.length < image.height() + maxTaps) {
      int wholeBlocks = Math.ceilDiv(size, Lines.BLOCK) * Lines.BLOCK;
      rows = new int[image.height() + maxTaps][wholeBlocks];
      lines = new int[image.height() + maxTaps][CHANNELS * size];
    }
  }

  /** A rare giant does not keep its working memory occupied for the life of the program. */
  private void dropIfLarge() {
    if (columns.length > 2048 || rows.length > 2048) {
      columns = new int[0][];
      rows = new int[0][];
      lines = new int[0][];
      tile = new int[0];
    }
  }

  /** Turns some rows over and takes the channels apart. */
  private void readColumns(PixelBuffer image, int firstRow, int rowCount, int count) {
    image.readRows(firstRow, rowCount, tile);
    for (int x = 0; x < image.width(); x += Lines.BLOCK) {
      Lines.rowsToColumns(tile, image.width(), x, pixels, rowCount);
      for (int i = 0; i < Lines.BLOCK; i++) {
        channels.split(pixels[i], rowCount, columns[x + i], count);
      }
    }
  }

  private void shrinkRows(ResamplingWeights weights, int firstRow, int rowCount, int count) {
    for (int x = 0; x < size; x += Lines.BLOCK) {
      for (int i = 0; i < Math.min(Lines.BLOCK, size - x); i++) {
        Lines.weigh(weights, x + i, columns, turned[i], count * rowCount);
        channels.join(turned[i], rowCount, count);
      }
      Lines.columnsToRows(turned, rows, firstRow, rowCount, x);
    }
  }

  private void shrinkColumns(
      ResamplingWeights weights, int height, int count, byte[] into, int offset) {
    for (int y = 0; y < height; y++) {
      channels.split(rows[y], size, lines[y], count);
    }
    for (int y = 0; y < size; y++) {
      Lines.weigh(weights, y, lines, output, count * size);
      channels.join(output, size, count);
      Lines.writeRgb(output, into, offset + y * size * CHANNELS, size);
    }
  }
}
