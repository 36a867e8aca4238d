package ray.examples.imagenet.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes with what every JDK has, on any system. Only the stored components are taken from it; the
 * conversion to RGB is done here, with libjpeg's arithmetic, as the JDK's own applies color
 * profiles and knows no CMYK.
 */
final class ImageIoJpegDecoder implements JpegDecoder {
  /** Components of one row, interleaved; and its pixels. */
  private int[] samples = {};

  private int[] row = {};

  static JpegDecoders.Factory factory() {
    return new JpegDecoders.Factory("the JDK's ImageIO", ImageIoJpegDecoder::new);
  }

  @Override
  public void decode(byte[] data, int offset, int length, JpegHeader header, PixelBuffer into)
      throws UnreadableImageException {
    into.prepare(header.width(), header.height(), header.components() == 1);
    Raster raster = read(data, offset, length);
    int width = header.width();
    int bands = raster.getNumBands();
    if (raster.getWidth() != width
        || raster.getHeight() != header.height()
        || bands != header.components()) {
      throw UnreadableImageException.corrupt("this JPEG says two different sizes");
    }
    if (row.length < width) {
      row = new int[width];
    }
    for (int y = 0; y < header.height(); y++) {
      samples = readRow(raster, y, width, bands);
      toRgb(header, width);
      into.writeRow(y, row);
    }
  }

  private int[] readRow(Raster raster, int y, int width, int bands) {
    int[] into = samples.length < width * bands ? new int[width * bands] : samples;
    return raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, into);
  }

  private static Raster read(byte[] data, int offset, int length) throws UnreadableImageException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (var input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data, offset, length))) {
      reader.setInput(input, true, true);
      return reader.readRaster(0, null);
    } catch (IOException | RuntimeException damaged) {
      // The JDK's reader throws unchecked exceptions of many kinds on damaged files.
      throw UnreadableImageException.corrupt("this JPEG is damaged: " + damaged.getMessage());
    } finally {
      reader.dispose();
    }
  }

  private void toRgb(JpegHeader header, int width) throws UnreadableImageException {
    switch (header.components()) {
      case 1 -> grayToRgb(width);
      case 3 -> {
        if (header.isRgb()) {
          packRgb(width);
        } else {
          yccToRgb(width);
        }
      }
      case 4 -> cmykToRgb(width, header.colorTransform() == JpegHeader.ADOBE_YCCK);
      default ->
          throw UnreadableImageException.corrupt(
              "a JPEG of %d components is not understood".formatted(header.components()));
    }
  }

  private void grayToRgb(int width) {
    for (int x = 0; x < width; x++) {
      int gray = samples[x];
      row[x] = gray << 16 | gray << 8 | gray;
    }
  }

  private void packRgb(int width) {
    for (int x = 0, i = 0; x < width; x++, i += 3) {
      row[x] = samples[i] << 16 | samples[i + 1] << 8 | samples[i + 2];
    }
  }

  private void yccToRgb(int width) {
    for (int x = 0, i = 0; x < width; x++, i += 3) {
      row[x] = yccToRgb(samples[i], samples[i + 1], samples[i + 2]);
    }
  }

  private void cmykToRgb(int width, boolean ycck) {
    for (int x = 0, i = 0; x < width; x++, i += 4) {
      int black = samples[i + 3];
      if (ycck) {
        int inverse = ~yccToRgb(samples[i], samples[i + 1], samples[i + 2]);
        row[x] = Cmyk.toRgb((inverse >> 16) & 0xFF, (inverse >> 8) & 0xFF, inverse & 0xFF, black);
      } else {
        row[x] = Cmyk.toRgb(samples[i], samples[i + 1], samples[i + 2], black);
      }
    }
  }

  /** The conversion of JFIF in libjpeg's fixed point of 16 bits. */
  private static int yccToRgb(int luma, int storedBlue, int storedRed) {
    int blueness = storedBlue - 128;
    int redness = storedRed - 128;
    int red = luma + ((91881 * redness + 32768) >> 16);
    int green = luma + ((-22554 * blueness - 46802 * redness + 32768) >> 16);
    int blue = luma + ((116130 * blueness + 32768) >> 16);
    return clamp(red) << 16 | clamp(green) << 8 | clamp(blue);
  }

  private static int clamp(int value) {
    return Math.min(255, Math.max(0, value));
  }
}
