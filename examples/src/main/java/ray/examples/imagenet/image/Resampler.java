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
 * {@link Lines} adds whole lines up, each channel by itself. For the pass along rows that means
 * columns as lines, so the image is turned over before it and turned back after it, in tiles that
 * stay in the cache, while its pixels are still one {@code int} each.
 */
final class Resampler {
  /**
   * Rows of one tile: loops long enough to pay, columns short enough for the second-level cache.
   */
  private static final int TILE_ROWS = 256;

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

  /** Lines of channels: the last channel of an image holds its whole pixels at first. */
  private int[][][] columns = new int[CHANNELS][0][];

  private int[][][] rows = new int[CHANNELS][0][];
  private final int[][][] turned = new int[CHANNELS][Lines.BLOCK][TILE_ROWS];
  private final int[][] output;
  private int[] block = {};

  Resampler(int size) {
    this.size = size;
    this.output = new int[CHANNELS][size];
  }

  /** Writes {@code [size, size, 3]} bytes, red green blue, at an offset of {@code into}. */
  void resample(PixelBuffer image, byte[] into, int offset) {
    int channels = image.isGray() ? 1 : CHANNELS;
    ResamplingWeights across = weights(image.width());
    ResamplingWeights down = weights(image.height());
    makeRoom(image, channels, Math.max(across.taps(), down.taps()));
    for (int tile = 0; tile < image.height(); tile += TILE_ROWS) {
      int tileRows = Math.min(TILE_ROWS, image.height() - tile);
      readColumns(image, tile, tileRows, channels);
      shrinkRows(across, channels, tile, tileRows);
    }
    shrinkColumns(down, channels, image.height(), into, offset);
    dropIfLarge();
  }

  private ResamplingWeights weights(int length) {
    return weightsByLength.computeIfAbsent(length, _ -> ResamplingWeights.lanczos(length, size));
  }

  private void makeRoom(PixelBuffer image, int channels, int maxTaps) {
    if (block.length < Lines.BLOCK * image.width()) {
      block = new int[Lines.BLOCK * image.width()];
    }
    int wholeBlocks = Math.ceilDiv(size, Lines.BLOCK) * Lines.BLOCK;
    for (int c = 0; c < channels; c++) {
      if (columns[c].length < image.width() + maxTaps) {
        columns[c] = new int[image.width() + maxTaps][TILE_ROWS];
      }
      if (rows[c].length < image.height() + maxTaps) {
        rows[c] = new int[image.height() + maxTaps][wholeBlocks];
      }
    }
  }

  /** A rare giant does not keep its working memory occupied for the life of the program. */
  private void dropIfLarge() {
    if (columns[0].length > 2048 || rows[0].length > 2048) {
      columns = new int[CHANNELS][0][];
      rows = new int[CHANNELS][0][];
      block = new int[0];
    }
  }

  /** Turns some rows over and takes the channels apart. */
  private void readColumns(PixelBuffer image, int firstRow, int rowCount, int channels) {
    int[][] pixels = columns[channels - 1];
    for (int row = 0; row < rowCount; row += Lines.BLOCK) {
      image.readRows(firstRow + row, Math.min(Lines.BLOCK, rowCount - row), block);
      Lines.rowsToColumns(block, image.width(), pixels, row);
    }
    split(columns, channels, image.width(), rowCount);
  }

  private void shrinkRows(ResamplingWeights weights, int channels, int firstRow, int rowCount) {
    for (int x = 0; x < size; x += Lines.BLOCK) {
      int count = Math.min(Lines.BLOCK, size - x);
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < count; i++) {
          Lines.weigh(weights, x + i, columns[c], turned[c][i], rowCount);
        }
      }
      if (channels == CHANNELS) {
        for (int i = 0; i < count; i++) {
          Lines.join(turned[0][i], turned[1][i], turned[2][i], rowCount);
        }
      }
      Lines.columnsToRows(turned[channels - 1], rows[channels - 1], firstRow, rowCount, x);
    }
  }

  private void shrinkColumns(
      ResamplingWeights weights, int channels, int height, byte[] into, int offset) {
    split(rows, channels, height, size);
    for (int y = 0; y < size; y++) {
      for (int c = 0; c < channels; c++) {
        Lines.weigh(weights, y, rows[c], output[c], size);
      }
      if (channels == CHANNELS) {
        Lines.join(output[0], output[1], output[2], size);
      } else {
        Lines.grayToPixels(output[0], size);
      }
      Lines.writeRgb(output[channels - 1], into, offset + y * size * CHANNELS, size);
    }
  }

  private static void split(int[][][] lines, int channels, int lineCount, int length) {
    for (int line = 0; line < lineCount; line++) {
      if (channels == CHANNELS) {
        Lines.split(lines[0][line], lines[1][line], lines[2][line], length);
      } else {
        Lines.pixelsToGray(lines[0][line], length);
      }
    }
  }
}
