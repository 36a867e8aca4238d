package ray.examples.imagenet.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done block by block and line by line is what plain sums over the planes give. */
class YccResamplerTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 64, 1, 1",
    "1, 1, 5, 2, 2",
    "500, 375, 256, 2, 2",
    "375, 500, 224, 1, 1",
    "501, 129, 257, 2, 1",
    "129, 501, 60, 1, 2",
    "3001, 41, 256, 4, 1",
    "41, 3001, 256, 1, 4",
    "20, 30, 1, 2, 2",
    "21, 31, 515, 2, 2"
  })
  void equalsPlainSums(int width, int height, int size, int across, int down) throws Exception {
    YccResampler resampler = new YccResampler(size);
    YccPlanes image = new YccPlanes();
    // An image before it leaves its traces in the working memory.
    fill(image, 2_100, 57, 2, 2);
    resampler.resample(image, new byte[size * size * 3], 0);
    double[][][] planes = fill(image, width, height, across, down);
    byte[] result = new byte[size * size * 3 + 2];

    resampler.resample(image, result, 1);

    for (int i = 0; i < planes.length; i++) {
      double heightIn = i == 0 ? height : (double) height / down;
      double widthIn = i == 0 ? width : (double) width / across;
      double[][] rows = rounded(alongColumns(planes[i], heightIn, size));
      planes[i] = turned(alongColumns(turned(rows), widthIn, size));
    }
    assertThat(result[0]).isZero();
    assertThat(result[result.length - 1]).isZero();
    int roundedOtherwise = 0;
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double luma = planes[0][y][x];
        double blueness = planes[1][y][x] - 128;
        double redness = planes[2][y][x] - 128;
        int at = 1 + (y * size + x) * 3;
        double largest =
            Math.max(
                difference(result[at], luma + 1.402 * redness),
                Math.max(
                    difference(result[at + 1], luma - 0.344136 * blueness - 0.714136 * redness),
                    difference(result[at + 2], luma + 1.772 * blueness)));
        assertThat(largest).isLessThan(3);
        if (largest > 0.51) {
          roundedOtherwise++;
        }
      }
    }
    assertThat(roundedOtherwise).isLessThanOrEqualTo(size * size / 500);
  }

  /** Between the passes samples are rounded: floats may decide a tie otherwise than doubles do. */
  private static double difference(byte sample, double expected) {
    return Math.abs((sample & 0xFF) - Math.clamp(expected, 0, 255));
  }

  @Test
  void aPlainColorStaysAsItIs() throws Exception {
    YccPlanes image = new YccPlanes();
    MemorySegment addresses = image.prepare(37, 53, 2, 2);
    byte[] samples = {(byte) 81, (byte) 90, (byte) 240};
    for (int i = 0; i < samples.length; i++) {
      memory(addresses, image, i).fill(samples[i]);
    }
    byte[] result = new byte[16 * 16 * 3];

    new YccResampler(16).resample(image, result, 0);

    // The red of ITU-R BT.601 at full range.
    for (int i = 0; i < result.length; i += 3) {
      assertThat(result[i] & 0xFF).isEqualTo(238);
      assertThat(result[i + 1] & 0xFF).isEqualTo(14);
      assertThat(result[i + 2] & 0xFF).isEqualTo(14);
    }
  }

  private static MemorySegment memory(MemorySegment addresses, YccPlanes image, int plane) {
    long rows = (long) image.height(plane) * image.rowLength(plane);
    return addresses.getAtIndex(ValueLayout.ADDRESS, plane).reinterpret(rows);
  }

  /** Returns the planes, row by row. */
  private static double[][][] fill(YccPlanes image, int width, int height, int across, int down)
      throws Exception {
    Random random = new Random(width * 31L + height);
    MemorySegment addresses = image.prepare(width, height, across, down);
    double[][][] planes = new double[YccPlanes.COUNT][][];
    for (int i = 0; i < planes.length; i++) {
      MemorySegment memory = memory(addresses, image, i);
      byte[] bytes = new byte[(int) memory.byteSize()];
      random.nextBytes(bytes);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      planes[i] = new double[image.height(i)][image.width(i)];
      for (int y = 0; y < planes[i].length; y++) {
        for (int x = 0; x < planes[i][y].length; x++) {
          planes[i][y][x] = bytes[y * image.rowLength(i) + x] & 0xFF;
        }
      }
    }
    return planes;
  }

  /** Weighs rows, of which as many become as the size. */
  private static double[][] alongColumns(double[][] rows, double length, int size) {
    LanczosFilter filter = LanczosFilter.of(rows.length, length, size);
    double[][] result = new double[size][rows[0].length];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < result[y].length; x++) {
        for (int tap = 0; tap < filter.weights()[y].length; tap++) {
          result[y][x] += rows[filter.first()[y] + tap][x] * filter.weights()[y][tap];
        }
      }
    }
    return result;
  }

  private static double[][] rounded(double[][] rows) {
    for (double[] row : rows) {
      for (int x = 0; x < row.length; x++) {
        row[x] = Math.clamp(Math.floor(row[x] + 0.5), 0, 255);
      }
    }
    return rows;
  }

  private static double[][] turned(double[][] columns) {
    double[][] rows = new double[columns[0].length][columns.length];
    for (int x = 0; x < columns.length; x++) {
      for (int y = 0; y < rows.length; y++) {
        rows[y][x] = columns[x][y];
      }
    }
    return rows;
  }
}
