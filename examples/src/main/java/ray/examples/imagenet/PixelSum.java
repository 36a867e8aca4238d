package ray.examples.imagenet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The sum of images, component by component: what the mean is made of.
 *
 * @param count how many images
 * @param sums {@code [size, size, 3]}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PixelSum(long count, long[] sums) {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Every other byte of a word. */
  private static final long EVEN_BYTES = 0x00FF00FF00FF00FFL;

  /** So many bytes add up to no more than 16 bits hold: 257 times 255 is 65,535. */
  private static final int MAX_IMAGES_IN_LANES = 257;

  static PixelSum zero(int length) {
    return new PixelSum(0, new long[length]);
  }

  static PixelSum of(ImageBatch batch) {
    PixelSum sum = zero(batch.bytesPerImage());
    for (int first = 0; first < batch.count(); first += MAX_IMAGES_IN_LANES) {
      int images = Math.min(MAX_IMAGES_IN_LANES, batch.count() - first);
      addWords(batch, first, images, sum.sums);
      addRest(batch, first, images, sum.sums);
    }
    return new PixelSum(batch.count(), sum.sums);
  }

  /** Eight bytes at a time, in eight counters of 16 bits in two words. */
  private static void addWords(ImageBatch batch, int first, int images, long[] sums) {
    int words = sums.length / Long.BYTES;
    long[] even = new long[words];
    long[] odd = new long[words];
    for (int image = first; image < first + images; image++) {
      addImage(batch.pixels(), image * sums.length, even, odd, words);
    }
    for (int word = 0; word < words; word++) {
      for (int lane = 0; lane < 4; lane++) {
        sums[8 * word + 2 * lane] += (even[word] >>> (16 * lane)) & 0xFFFF;
        sums[8 * word + 2 * lane + 1] += (odd[word] >>> (16 * lane)) & 0xFFFF;
      }
    }
  }

  private static void addImage(byte[] pixels, int start, long[] even, long[] odd, int words) {
    for (int word = 0; word < words; word++) {
      long bytes = (long) WORD.get(pixels, start + word * Long.BYTES);
      even[word] += bytes & EVEN_BYTES;
      odd[word] += (bytes >>> 8) & EVEN_BYTES;
    }
  }

  /** The bytes of an image beyond its last whole word. */
  private static void addRest(ImageBatch batch, int first, int images, long[] sums) {
    for (int image = first; image < first + images; image++) {
      for (int i = sums.length / Long.BYTES * Long.BYTES; i < sums.length; i++) {
        sums[i] += batch.pixels()[image * sums.length + i] & 0xFF;
      }
    }
  }

  /** The sum of two sums of equal length. */
  PixelSum plus(PixelSum other) {
    long[] total = new long[sums.length];
    for (int i = 0; i < total.length; i++) {
      total[i] = sums[i] + other.sums[i];
    }
    return new PixelSum(count + other.count, total);
  }

  /** The mean of the images, rounded, {@code [size, size, 3]}; zeros without images. */
  byte[] mean() {
    byte[] mean = new byte[sums.length];
    if (count > 0) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (byte) ((sums[i] + count / 2) / count);
      }
    }
    return mean;
  }
}
