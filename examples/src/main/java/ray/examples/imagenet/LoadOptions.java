package ray.examples.imagenet;

/**
 * How images are loaded.
 *
 * @param size the width and height that they get
 * @param imagesPerBatch how many make a batch, at most
 * @param strict whether an image or a tar that can't be used fails the load, rather than be
 *     reported
 * @param exact whether pixels are those of Pillow, to one grey level. Else a color JPEG's luma and
 *     colors are resized apart, before they become pixels, which takes a sixth less time, and gives
 *     pixels that differ by half a grey level on average, and by more where colors change sharply
 */
public record LoadOptions(int size, int imagesPerBatch, boolean strict, boolean exact) {
  /** Beyond this one image would not fit a batch's arrays. */
  public static final int MAX_SIZE = 8192;

  private static final long MAX_BATCH_BYTES = 1L << 30;

  /** Checks that a batch fits an array. */
  public LoadOptions {
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "the size must be from 1 to %,d, not %d".formatted(MAX_SIZE, size));
    }
    long batchBytes = (long) imagesPerBatch * size * size * ImageBatch.CHANNELS;
    if (imagesPerBatch < 1 || batchBytes > MAX_BATCH_BYTES) {
      throw new IllegalArgumentException(
          "a batch of %d images of %d x %d would have %,d bytes; it must have an image, and %,d bytes at most"
              .formatted(imagesPerBatch, size, size, batchBytes, MAX_BATCH_BYTES));
    }
  }

  /** 256 by 256, batches of 32, problems reported, not exact. */
  public static LoadOptions defaults() {
    return new LoadOptions(256, 32, false, false);
  }

  /** A copy with another size. */
  public LoadOptions withSize(int changed) {
    return new LoadOptions(changed, imagesPerBatch, strict, exact);
  }

  /** A copy with other batches. */
  public LoadOptions withImagesPerBatch(int changed) {
    return new LoadOptions(size, changed, strict, exact);
  }

  /** A copy that fails at the first problem, or does not. */
  public LoadOptions withStrict(boolean changed) {
    return new LoadOptions(size, imagesPerBatch, changed, exact);
  }

  /** A copy whose pixels are exact, or are not. */
  public LoadOptions withExact(boolean changed) {
    return new LoadOptions(size, imagesPerBatch, strict, changed);
  }

  long bytesPerImage() {
    return (long) size * size * ImageBatch.CHANNELS;
  }

  long batchBytes() {
    return imagesPerBatch * bytesPerImage();
  }
}
