package ray.examples.imagenet.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNGs of every kind to RGB as Pillow does: transparency is dropped, not blended; of 16
 * bits of color the upper 8 count; gray of 16 bits is cut off at 255; color profiles and gamma are
 * not applied.
 */
final class PngDecoder {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  static boolean isPng(byte[] data, int offset, int length) {
    if (length < SIGNATURE.length) {
      return false;
    }
    for (int i = 0; i < SIGNATURE.length; i++) {
      if (data[offset + i] != SIGNATURE[i]) {
        return false;
      }
    }
    return true;
  }

  void decode(byte[] data, int offset, int length, PixelBuffer into)
      throws UnreadableImageException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (var input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(data, offset, length))) {
      reader.setInput(input, true, true);
      into.prepare(reader.getWidth(0), reader.getHeight(0), false);
      copy(reader.read(0), into);
    } catch (UnreadableImageException tooLarge) {
      throw tooLarge;
    } catch (IOException | RuntimeException damaged) {
      // The JDK's reader throws unchecked exceptions of many kinds on damaged files.
      throw explain(damaged);
    } finally {
      reader.dispose();
    }
  }

  private static UnreadableImageException explain(Exception damaged) {
    for (Throwable cause = damaged; cause != null; cause = cause.getCause()) {
      if (cause instanceof EOFException) {
        return UnreadableImageException.truncated("this PNG is cut short");
      }
    }
    return UnreadableImageException.corrupt("this PNG is damaged: " + damaged.getMessage());
  }

  private static void copy(BufferedImage image, PixelBuffer into) {
    Raster raster = image.getRaster();
    int width = image.getWidth();
    int bands = raster.getNumBands();
    int[] samples = new int[width * bands];
    int[] row = new int[width];
    SampleReader reader = SampleReader.of(image.getColorModel(), raster);
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, samples);
      for (int x = 0; x < width; x++) {
        row[x] = reader.rgb(samples, x * bands);
      }
      into.writeRow(y, row);
    }
  }

  /** How the samples of one pixel make a color. */
  private interface SampleReader {
    int rgb(int[] samples, int at);

    static SampleReader of(ColorModel colors, Raster raster) {
      boolean wide = raster.getSampleModel().getSampleSize(0) == 16;
      int shift = wide ? 8 : 0;
      if (colors instanceof IndexColorModel palette) {
        return (samples, at) -> palette.getRGB(samples[at]) & 0xFFFFFF;
      }
      if (raster.getNumBands() >= 3) {
        return (samples, at) ->
            (samples[at] >> shift) << 16
                | (samples[at + 1] >> shift) << 8
                | samples[at + 2] >> shift;
      }
      boolean grayOnly = raster.getNumBands() == 1;
      return (samples, at) -> {
        int gray = wide && grayOnly ? Math.min(255, samples[at]) : samples[at] >> shift;
        return gray << 16 | gray << 8 | gray;
      };
    }
  }
}
