package ray.examples.imagenet.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageLoaderTest {
  private static final int SIZE = 64;
  private static final List<String> DECODERS = List.of("bundled", "java", "system");
  private static final Map<String, JpegDecoders.Factory> FACTORIES = new ConcurrentHashMap<>();
  private static final List<String> JPEGS =
      List.of(
          "baseline.jpg",
          "progressive.jpg",
          "gray-only.jpg",
          "subsampled-422.jpg",
          "full-chroma.jpg",
          "restart-markers.jpg",
          "exif-rotated.jpg",
          "cmyk.jpg",
          "ycck.jpg",
          "adobe-rgb.jpg",
          "upscaled.jpg",
          "one-pixel.jpg",
          "trailing-bytes.jpg");

  static Stream<Arguments> jpegsByDecoder() {
    return available().flatMap(which -> JPEGS.stream().map(name -> Arguments.of(which, name)));
  }

  static Stream<String> available() {
    return DECODERS.stream().filter(which -> !which.equals("system") || hasSystemLibrary());
  }

  private static boolean hasSystemLibrary() {
    try {
      return JpegDecoders.choose("system") != null;
    } catch (IllegalArgumentException notInstalled) {
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("jpegsByDecoder")
  void jpegsOfAllKindsAreAsPillowReadsThem(String which, String name) throws Exception {
    byte[] result = load(which, Fixtures.image(name));

    assertThat(largestDifference(result, Fixtures.expected(name))).isLessThanOrEqualTo(1);
  }

  /**
   * Where the colors of the picture change sharply, their resizing and that of pixels differ most.
   */
  @ParameterizedTest
  @MethodSource("jpegsByDecoder")
  void jpegsWhosePlanesAreResizedAreNearlyAsPillowReadsThem(String which, String name)
      throws Exception {
    byte[] image = Fixtures.image(name);
    var loader = newLoader(which, false);
    byte[] result = new byte[loader.bytesPerImage()];

    loader.load(image, 0, image.length, result, 0);

    byte[] expected = Fixtures.expected(name);
    assertThat(meanDifference(result, expected)).isLessThan(1);
    assertThat(largestDifference(result, expected)).isLessThanOrEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "png-named.JPEG",
        "alpha.png",
        "gray-alpha.png",
        "gray.png",
        "one-bit.png",
        "gray-2.png",
        "gray-4.png",
        "gray-16.png",
        "rgb-16.png",
        "rgba-16.png",
        "palette.png",
        "palette-transparent.png"
      })
  void pngsOfAllKindsAreAsPillowReadsThem(String name) throws Exception {
    byte[] result = load("java", Fixtures.image(name));

    assertThat(result).isEqualTo(Fixtures.expected(name));
  }

  @ParameterizedTest
  @MethodSource("available")
  void oneLoaderReadsLargeAndSmallGrayAndColorInAnyOrder(String which) throws Exception {
    var loader = newLoader(which, true);
    for (String name :
        List.of(
            "gray-only.jpg",
            "baseline.jpg",
            "one-pixel.jpg",
            "alpha.png",
            "gray-only.jpg",
            "ycck.jpg")) {
      byte[] image = Fixtures.image(name);
      byte[] into = new byte[7 + loader.bytesPerImage()];

      loader.load(image, 0, image.length, into, 7);

      byte[] result = Arrays.copyOfRange(into, 7, into.length);
      assertThat(largestDifference(result, Fixtures.expected(name))).as(name).isLessThan(2);
    }
  }

  @ParameterizedTest
  @MethodSource("jpegsByDecoder")
  void aJpegCutShortAnywhereIsSaidToBe(String which, String name) {
    byte[] whole = Fixtures.image(name);
    int end = name.startsWith("trailing") ? whole.length - "and then some".length() : whole.length;
    for (int length : new int[] {4, end / 4, end / 2, end - 30, end - 2, end - 1}) {
      assertThatThrownBy(() -> load(which, Arrays.copyOf(whole, length)))
          .as("%s of %d bytes", name, length)
          .isInstanceOfSatisfying(
              UnreadableImageException.class, e -> assertThat(e.isTruncated()).isTrue());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gray.png", "alpha.png", "rgb-16.png"})
  void aPngCutShortIsSaidToBe(String name) {
    byte[] whole = Fixtures.image(name);

    assertThatThrownBy(() -> load("java", Arrays.copyOf(whole, whole.length / 2)))
        .isInstanceOfSatisfying(
            UnreadableImageException.class, e -> assertThat(e.isTruncated()).isTrue());
  }

  /**
   * Damage in the picture itself decodes to something, as with Pillow; damage before it does not.
   */
  @ParameterizedTest
  @MethodSource("jpegsByDecoder")
  void damageIsAnErrorOrAnImageButNeverACrash(String which, String name) throws Exception {
    byte[] whole = Fixtures.image(name);
    for (boolean exact : new boolean[] {true, false}) {
      damageIsAnErrorOrAnImage(whole, newLoader(which, exact));
    }
    byte[] result = load(which, whole);
    assertThat(largestDifference(result, Fixtures.expected(name))).isLessThan(2);
  }

  private static void damageIsAnErrorOrAnImage(byte[] whole, ImageLoader loader) {
    byte[] into = new byte[loader.bytesPerImage()];
    int readable = 0;
    int unreadable = 0;
    for (int at = 2; at < whole.length - 2; at += 1 + whole.length / 120) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x5A;
      try {
        loader.load(damaged, 0, damaged.length, into, 0);
        readable++;
      } catch (UnreadableImageException expected) {
        assertThat(expected).hasMessageMatching("(?s).+");
        unreadable++;
      }
    }
    assertThat(readable).isPositive();
    assertThat(unreadable).isPositive();
  }

  @Test
  void whatIsNoImageIsNamed() {
    assertThatThrownBy(() -> load("java", "GIF89a, really".getBytes("US-ASCII")))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("neither a JPEG nor a PNG");
    assertThatThrownBy(() -> load("java", new byte[0]))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void anImageThatClaimsToBeHugeIsRefused() {
    byte[] huge = Fixtures.image("baseline.jpg");
    int frame = indexOfFrame(huge);
    Arrays.fill(huge, frame + 5, frame + 9, (byte) 0xFF);

    assertThatThrownBy(() -> load("java", huge))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("65535 x 65535");
  }

  @Test
  void anUnknownDecoderIsAnErrorThatNamesTheKnownOnes() {
    assertThatThrownBy(() -> JpegDecoders.choose("fastest"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("system, bundled, java");
  }

  private static int indexOfFrame(byte[] jpeg) {
    for (int i = 2; ; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
        return i;
      }
    }
  }

  private static byte[] load(String which, byte[] image) throws UnreadableImageException {
    var loader = newLoader(which, true);
    byte[] into = new byte[loader.bytesPerImage()];
    loader.load(image, 0, image.length, into, 0);
    return into;
  }

  /** Choosing loads a library, which is done once. */
  private static ImageLoader newLoader(String which, boolean exact) {
    JpegDecoders.Factory factory = FACTORIES.computeIfAbsent(which, JpegDecoders::choose);
    return new ImageLoader(SIZE, exact, factory.create().get());
  }

  private static double meanDifference(byte[] a, byte[] b) {
    assertThat(a).hasSameSizeAs(b);
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
    }
    return (double) sum / a.length;
  }

  private static int largestDifference(byte[] a, byte[] b) {
    assertThat(a).hasSameSizeAs(b);
    int largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
    }
    return largest;
  }
}
