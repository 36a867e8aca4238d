package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PixelSumTest {
  @Property(tries = 100)
  void addsEveryComponentOfEveryImage(
      @ForAll @IntRange(max = 600) int count,
      @ForAll @IntRange(min = 1, max = 9) int size,
      @ForAll long seed) {
    byte[] pixels = new byte[count * size * size * 3];
    new Random(seed).nextBytes(pixels);

    PixelSum sum = PixelSum.of(batch(count, size, pixels));

    long[] expected = new long[size * size * 3];
    for (int i = 0; i < pixels.length; i++) {
      expected[i % expected.length] += pixels[i] & 0xFF;
    }
    assertThat(sum.count()).isEqualTo(count);
    assertThat(sum.sums()).isEqualTo(expected);
  }

  @Example
  void whiteImagesDoNotOverflow() {
    byte[] white = new byte[1000 * 4 * 4 * 3];
    Arrays.fill(white, (byte) 255);

    PixelSum sum = PixelSum.of(batch(1000, 4, white));

    assertThat(sum.sums()).containsOnly(255_000);
    assertThat(sum.plus(sum).mean()).containsOnly(255);
  }

  @Example
  void theMeanIsRounded() {
    assertThat(new PixelSum(3, new long[] {3, 4, 5, 0}).mean()).containsExactly(1, 1, 2, 0);
    assertThat(new PixelSum(0, new long[2]).mean()).containsExactly(0, 0);
  }

  private static ImageBatch batch(int count, int size, byte[] pixels) {
    var names = Collections.nCopies(count, "x");
    return new ImageBatch(size, names, names, pixels, Collections.emptyList());
  }
}
