package ray.examples.imagenet.image;

/**
 * CMYK to RGB as Pillow converts it: every JPEG of four components is taken to be stored inverted,
 * as Adobe's programs do, and color profiles are not looked at.
 */
final class Cmyk {
  private Cmyk() {}

  /** One pixel, its four components as they are stored (255 is no ink). */
  static int toRgb(int cyan, int magenta, int yellow, int black) {
    return shade(cyan, black) << 16 | shade(magenta, black) << 8 | shade(yellow, black);
  }

  /** With c and k inks and n = 255 - k, that is n - c * n / 255; both arrive inverted. */
  private static int shade(int storedColor, int storedBlack) {
    int product = (255 - storedColor) * storedBlack + 128;
    return Math.max(0, storedBlack - (((product >> 8) + product) >> 8));
  }
}
