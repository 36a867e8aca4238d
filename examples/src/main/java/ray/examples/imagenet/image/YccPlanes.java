package ray.examples.imagenet.image;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One image as a color JPEG holds it: a plane of luma, and two of color, blueness and redness,
 * which may have fewer samples. A byte each, row after row, in memory outside the heap that is
 * reused from image to image. Not thread-safe.
 */
final class YccPlanes {
  static final int COUNT = 3;

  /** What is kept between images. */
  private static final int KEPT_BYTES = 8 << 20;

  /** Where the planes begin, for whoever fills them. */
  private final MemorySegment addresses = Arena.ofAuto().allocate(ADDRESS, COUNT);

  private MemorySegment samples = Arena.ofAuto().allocate(512 * 512 * 2);
  private int width;
  private int height;
  private int across;
  private int down;

  /**
   * Makes room for an image.
   *
   * @param width in samples of luma
   * @param height in samples of luma
   * @param across samples of luma beside each other for one of color: 1, 2 or 4
   * @param down samples of luma below each other for one of color
   * @return the addresses of the planes, whose rows follow each other without a gap
   */
  MemorySegment prepare(int width, int height, int across, int down)
      throws UnreadableImageException {
    PixelBuffer.checkSize(width, height);
    this.width = width;
    this.height = height;
    this.across = across;
    this.down = down;
    long needed = start(COUNT);
    if (samples.byteSize() < needed || samples.byteSize() > KEPT_BYTES && needed <= KEPT_BYTES) {
      samples = Arena.ofAuto().allocate(needed);
    }
    for (int plane = 0; plane < COUNT; plane++) {
      addresses.setAtIndex(ADDRESS, plane, samples.asSlice(start(plane)));
    }
    return addresses;
  }

  /** Where a plane begins; they follow each other. */
  private long start(int plane) {
    long luma = (long) rowLength(0) * Math.ceilDiv(height, down) * down;
    long color = (long) rowLength(1) * Math.ceilDiv(height, down);
    return plane == 0 ? 0 : luma + (plane - 1) * color;
  }

  /** Samples from one row of a plane to the next: a whole number of those of color. */
  int rowLength(int plane) {
    return plane == 0 ? width(1) * across : width(1);
  }

  /** The samples of a row that show something. */
  int width(int plane) {
    return plane == 0 ? width : Math.ceilDiv(width, across);
  }

  /** Rows of a plane that show something. */
  int height(int plane) {
    return plane == 0 ? height : Math.ceilDiv(height, down);
  }

  /** The width of the image in samples of a plane. */
  double exactWidth(int plane) {
    return plane == 0 ? width : (double) width / across;
  }

  /** The height of the image in samples of a plane. */
  double exactHeight(int plane) {
    return plane == 0 ? height : (double) height / down;
  }

  /** Copies rows of a plane into an array, from its start, {@link #rowLength} apart. */
  void readRows(int plane, int firstRow, int rowCount, byte[] into) {
    long from = start(plane) + (long) firstRow * rowLength(plane);
    MemorySegment.copy(samples, JAVA_BYTE, from, into, 0, rowCount * rowLength(plane));
  }
}
