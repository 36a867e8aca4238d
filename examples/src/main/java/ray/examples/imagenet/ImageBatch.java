package ray.examples.imagenet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Images of one size: {@code uint8 [count, size, size, 3]}, red green blue. Read from the object
 * store, the pixels are a view of it: nothing is copied.
 *
 * @param size the images' width and height
 * @param names of the images
 * @param labels their classes, such as {@code n01440764}
 * @param pixels {@code count * size * size * 3} bytes
 * @param problems what could not be loaded and would have been in this batch
 */
public record ImageBatch(
    int size,
    List<String> names,
    List<String> labels,
    MemorySegment pixels,
    List<Problem> problems) {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  /** Checks that the sizes agree. */
  public ImageBatch {
    long expected = (long) names.size() * size * size * CHANNELS;
    if (pixels.byteSize() != expected || names.size() != labels.size()) {
      throw new IllegalArgumentException(
          "%d names and %d labels of images of %d x %d need %d bytes, not %d"
              .formatted(names.size(), labels.size(), size, size, expected, pixels.byteSize()));
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
  public long bytesPerImage() {
    return (long) size * size * CHANNELS;
  }

  /** The pixels of one image, {@code [size, size, 3]}. */
  public MemorySegment image(int index) {
    return pixels.asSlice(index * bytesPerImage(), bytesPerImage());
  }

  /**
   * One component of one pixel, 0 to 255.
   *
   * @param channel 0 for red, 1 for green, 2 for blue
   */
  public int at(int index, int y, int x, int channel) {
    long within = ((long) y * size + x) * CHANNELS + channel;
    return pixels.get(ValueLayout.JAVA_BYTE, index * bytesPerImage() + within) & 0xFF;
  }
}
