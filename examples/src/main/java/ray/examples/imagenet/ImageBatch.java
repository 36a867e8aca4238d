package ray.examples.imagenet;

import java.util.List;

/**
 * Images of one size: {@code uint8 [count, size, size, 3]}, red green blue. In the object store a
 * batch is one object. Whoever gets one reads its bytes out, an array of his own, and holds no
 * memory of the store: that is free as soon as the batch's ref is given up, without waiting for the
 * garbage collector, as it would for a view. (Reading takes some 30 µs an image, decoding 1,500.)
 *
 * @param size the images' width and height
 * @param names of the images
 * @param labels their classes, such as {@code n01440764}
 * @param pixels {@code count * size * size * 3} bytes
 * @param problems what could not be loaded and would have been in this batch
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ImageBatch(
    int size, List<String> names, List<String> labels, byte[] pixels, List<Problem> problems) {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  /** Checks that the sizes agree. */
  public ImageBatch {
    long expected = (long) names.size() * size * size * CHANNELS;
    if (pixels.length != expected || names.size() != labels.size()) {
      throw new IllegalArgumentException(
          "%d names and %d labels of images of %d x %d need %d bytes, not %d"
              .formatted(names.size(), labels.size(), size, size, expected, pixels.length));
    }
  }

  /** How many images. */
  public int count() {
    return names.size();
  }

  /** The shape of {@link #pixels}: {@code [count, size, size, 3]}. */
  public List<Integer> shape() {
    return List.of(count(), size, size, CHANNELS);
  }

  /** The bytes of one image. */
  public int bytesPerImage() {
    return size * size * CHANNELS;
  }

  /**
   * One component of one pixel, 0 to 255.
   *
   * @param channel 0 for red, 1 for green, 2 for blue
   */
  public int at(int index, int y, int x, int channel) {
    return pixels[index * bytesPerImage() + (y * size + x) * CHANNELS + channel] & 0xFF;
  }
}
