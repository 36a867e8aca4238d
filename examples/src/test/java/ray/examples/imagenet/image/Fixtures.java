package ray.examples.imagenet.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** The test images and what Pillow made of them. */
public final class Fixtures {
  private static final String FOLDER = "/ray/examples/imagenet/images/";

  private Fixtures() {}

  public static byte[] image(String name) {
    return bytes(FOLDER + name);
  }

  /** Pillow's result as {@code [64, 64, 3]} bytes. */
  static byte[] expected(String name) {
    return rgb(FOLDER + name.substring(0, name.lastIndexOf('.')) + ".expected.png");
  }

  /** The pixels of an RGB PNG among the resources, red green blue. */
  public static byte[] rgb(String resource) {
    try (InputStream in = open(resource)) {
      BufferedImage image = ImageIO.read(in);
      byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
      for (int i = 0; i < rgb.length / 3; i++) {
        int pixel = image.getRGB(i % image.getWidth(), i / image.getWidth());
        rgb[3 * i] = (byte) (pixel >> 16);
        rgb[3 * i + 1] = (byte) (pixel >> 8);
        rgb[3 * i + 2] = (byte) pixel;
      }
      return rgb;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] bytes(String resource) {
    try (InputStream in = open(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = Fixtures.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalArgumentException("no resource " + resource);
    }
    return in;
  }
}
