package ray.examples.imagenet.image;

/**
 * Turns the bytes of a JPEG into pixels, or planes. All implementations give the same pixels to
 * within a rounding error; color profiles and EXIF orientation are not applied, as in Pillow's
 * {@code convert("RGB")}. Decoders are not thread-safe.
 */
sealed interface JpegDecoder permits TurboJpegDecoder, LeptonicaJpegDecoder, ImageIoJpegDecoder {
  /** Decodes {@code length} bytes from {@code offset}, whose header was read and found complete. */
  void decode(byte[] data, int offset, int length, JpegHeader header, PixelBuffer into)
      throws UnreadableImageException;

  /**
   * Decodes a JPEG only as far as to its planes, if this decoder can and the JPEG has such.
   *
   * @return whether it has done so
   */
  default boolean decodePlanes(
      byte[] data, int offset, int length, JpegHeader header, YccPlanes into)
      throws UnreadableImageException {
    return false;
  }
}
