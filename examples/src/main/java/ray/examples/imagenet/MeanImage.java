package ray.examples.imagenet;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Writes an image of {@code [size, size, 3]} bytes as a PNG. */
final class MeanImage {
  private MeanImage() {}

  /** Whether it could be written to this place, asked before the work is done. */
  static void checkWritable(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw new IOException("%s is a folder; give the name of a PNG file.".formatted(file));
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("the folder %s for the mean image does not exist.".formatted(folder));
    }
    if (!Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new IOException("%s can't be written; name another with --mean.".formatted(file));
    }
  }

  static void write(byte[] rgb, int size, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < size * size; i++) {
      int pixel =
          (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
      image.setRGB(i % size, i / size, pixel);
    }
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("%s can't be written: this JVM has no PNG writer".formatted(file));
    }
  }
}
