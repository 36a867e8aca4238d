package ray.examples.imagenet.image;

/**
 * From the bytes of an image file to {@code [size, size, 3]} bytes of RGB: what the file holds
 * decides how it is decoded, not its name. Loaders are taken from {@link ImageLoaders}, as they
 * hold memory that is worth keeping. Not thread-safe.
 */
public final class ImageLoader {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  private final JpegDecoder jpeg;
  private final PngDecoder png = new PngDecoder();
  private final PixelBuffer pixels = new PixelBuffer();
  private final Resampler resampler;
  private final YccPlanes planes = new YccPlanes();
  private final YccResampler planesResampler;
  private final int size;
  private final boolean exact;

  /**
   * Makes images of {@code size} by {@code size}.
   *
   * @param exact whether the planes of JPEGs become pixels before they are resized
   */
  ImageLoader(int size, boolean exact, JpegDecoder jpeg) {
    this.size = size;
    this.exact = exact;
    this.jpeg = jpeg;
    this.resampler = new Resampler(size);
    this.planesResampler = new YccResampler(size);
  }

  /** The bytes that one image takes. */
  public int bytesPerImage() {
    return size * size * CHANNELS;
  }

  boolean makes(int wantedSize, boolean wantedExact) {
    return size == wantedSize && exact == wantedExact;
  }

  /**
   * Decodes and resizes one image.
   *
   * @param data holds the file, {@code length} bytes from {@code offset}
   * @param into gets {@link #bytesPerImage} bytes from {@code intoOffset}
   * @throws UnreadableImageException if it can't; {@code into} is as it was
   */
  public void load(byte[] data, int offset, int length, byte[] into, int intoOffset)
      throws UnreadableImageException {
    if (JpegHeader.isJpeg(data, offset, length)) {
      JpegHeader header = JpegHeader.read(data, offset, length);
      if (!exact && jpeg.decodePlanes(data, offset, length, header, planes)) {
        planesResampler.resample(planes, into, intoOffset);
        return;
      }
      jpeg.decode(data, offset, length, header, pixels);
    } else if (PngDecoder.isPng(data, offset, length)) {
      png.decode(data, offset, length, pixels);
    } else if (length == 0) {
      throw UnreadableImageException.truncated("it is empty");
    } else {
      throw UnreadableImageException.corrupt("it is neither a JPEG nor a PNG");
    }
    resampler.resample(pixels, into, intoOffset);
  }
}
