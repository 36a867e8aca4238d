package ray.examples.imagenet.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done tile by tile and line by line is what two plain passes over the image do. */
class ResamplerTest {
  private static final int CHANNELS = 3;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 64",
    "500, 375, 256",
    "375, 500, 224",
    "500, 129, 257",
    "129, 500, 600",
    "3000, 40, 256",
    "40, 3000, 256",
    "20, 30, 1",
    "20, 30, 515"
  })
  void equalsTwoPlainPasses(int width, int height, int size) throws Exception {
    Resampler resampler = new Resampler(size);
    for (boolean gray : new boolean[] {false, true, false}) {
      int[] pixels = pixels(width, height, gray);
      PixelBuffer image = new PixelBuffer();
      MemorySegment memory = image.prepare(width, height, gray);
      MemorySegment.copy(pixels, 0, memory, ValueLayout.JAVA_INT, 0, pixels.length);
      byte[] result = new byte[size * size * CHANNELS + 2];

      resampler.resample(image, result, 1);

      byte[] expected = new byte[result.length];
      for (int channel = 0; channel < CHANNELS; channel++) {
        int[][] plane = plane(pixels, width, height, channel);
        int[][] shrunk = turned(alongColumns(turned(alongColumns(plane, size)), size));
        for (int i = 0; i < size * size; i++) {
          expected[1 + i * CHANNELS + channel] = (byte) shrunk[i % size][i / size];
        }
      }
      assertThat(result).isEqualTo(expected);
    }
  }

  private static int[] pixels(int width, int height, boolean gray) {
    Random random = new Random(width * 31L + height);
    return random
        .ints((long) width * height)
        .map(pixel -> gray ? (pixel & 0xFF) * 0x010101 : pixel)
        .toArray();
  }

  /** One channel, column by column. */
  private static int[][] plane(int[] pixels, int width, int height, int channel) {
    int[][] columns = new int[width][height];
    for (int i = 0; i < pixels.length; i++) {
      columns[i % width][i / width] = (pixels[i] >>> (16 - 8 * channel)) & 0xFF;
    }
    return columns;
  }

  /** Weighs columns, of which as many become as the size. */
  private static int[][] alongColumns(int[][] columns, int size) {
    ResamplingWeights filter = ResamplingWeights.lanczos(columns.length, size);
    int[][] result = new int[size][columns[0].length];
    for (int x = 0; x < size; x++) {
      for (int y = 0; y < result[x].length; y++) {
        int sum = 1 << (ResamplingWeights.PRECISION_BITS - 1);
        for (int tap = 0; tap < filter.taps(); tap++) {
          int column = filter.first()[x] + tap;
          if (column < columns.length) {
            sum += columns[column][y] * filter.weights()[x * filter.taps() + tap];
          }
        }
        result[x][y] = Math.clamp(sum >> ResamplingWeights.PRECISION_BITS, 0, 255);
      }
    }
    return result;
  }

  private static int[][] turned(int[][] columns) {
    int[][] rows = new int[columns[0].length][columns.length];
    for (int x = 0; x < columns.length; x++) {
      for (int y = 0; y < rows.length; y++) {
        rows[y][x] = columns[x][y];
      }
    }
    return rows;
  }
}
