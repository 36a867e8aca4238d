package ray.examples.imagenet.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The pixels of one decoded image, {@code 0x??RRGGBB} in an {@code int} each, row after row, in
 * memory outside the heap that is reused from image to image. Not thread-safe.
 */
final class PixelBuffer {
  /** Larger than any image of ImageNet (61 million pixels); 256 MiB while it is held. */
  static final int MAX_PIXELS = 64 << 20;

  /** What is kept between images: room for 2,048 by 2,048 pixels. */
  private static final int KEPT_PIXELS = 4 << 20;

  private MemorySegment pixels = allocate(512 * 512);
  private int width;
  private int height;
  private boolean gray;

  /** Makes room for an image and returns the memory to fill. */
  MemorySegment prepare(int width, int height, boolean gray) throws UnreadableImageException {
    checkSize(width, height);
    long needed = (long) width * height;
    long held = pixels.byteSize() / Integer.BYTES;
    if (held < needed || (held > KEPT_PIXELS && needed <= KEPT_PIXELS)) {
      pixels = allocate(needed);
    }
    this.width = width;
    this.height = height;
    this.gray = gray;
    return pixels;
  }

  /** Whether there is to be memory for it. */
  static void checkSize(int width, int height) throws UnreadableImageException {
    if ((long) width * height > MAX_PIXELS) {
      throw UnreadableImageException.corrupt(
          "it says it has %d x %d pixels; more than %d are not decoded"
              .formatted(width, height, MAX_PIXELS));
    }
  }

  private static MemorySegment allocate(long pixelCount) {
    return Arena.ofAuto().allocate(pixelCount * Integer.BYTES, Integer.BYTES);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Whether red, green and blue are equal in every pixel by the way the image is stored. */
  boolean isGray() {
    return gray;
  }

  /** Copies whole rows into an array, from its start. */
  void readRows(int firstRow, int rowCount, int[] into) {
    long offset = (long) firstRow * width * Integer.BYTES;
    MemorySegment.copy(pixels, ValueLayout.JAVA_INT, offset, into, 0, rowCount * width);
  }

  /** Writes one row. */
  void writeRow(int row, int[] from) {
    long offset = (long) row * width * Integer.BYTES;
    MemorySegment.copy(from, 0, pixels, ValueLayout.JAVA_INT, offset, width);
  }
}
