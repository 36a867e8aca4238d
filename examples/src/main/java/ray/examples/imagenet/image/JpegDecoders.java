package ray.examples.imagenet.image;

import java.io.IOException;
import java.util.function.Supplier;

/**
 * Chooses how JPEGs are decoded in this JVM: by the system's libjpeg-turbo, by the bundled one, or,
 * where neither loads or the JVM was not started with {@code --enable-native-access}, by the JDK.
 * The system property {@value #PROPERTY} names one of {@code system}, {@code bundled} and {@code
 * java} to insist.
 */
public final class JpegDecoders {
  /** The system property that overrides the choice. */
  public static final String PROPERTY = "ray.imagenet.jpeg";

  /** What makes decoders, with a name for a person. */
  record Factory(String name, Supplier<JpegDecoder> create) {}

  private JpegDecoders() {}

  /** Chosen once a JVM. */
  private static final class Chosen {
    static final Factory FACTORY = choose(System.getProperty(PROPERTY, "auto"));
  }

  static JpegDecoder create() {
    return Chosen.FACTORY.create().get();
  }

  /** What decodes JPEGs here, in words. */
  public static String name() {
    return Chosen.FACTORY.name();
  }

  static Factory choose(String which) {
    return switch (which) {
      case "system" -> TurboJpegDecoder.factory();
      case "bundled" -> bundled();
      case "java" -> ImageIoJpegDecoder.factory();
      case "auto" -> best();
      default ->
          throw new IllegalArgumentException(
              "-D%s=%s is not known; use system, bundled, java or auto".formatted(PROPERTY, which));
    };
  }

  /**
   * Without the flag the JVM would print a warning at the first native call; we go without instead.
   */
  private static Factory best() {
    if (!JpegDecoders.class.getModule().isNativeAccessEnabled()) {
      return ImageIoJpegDecoder.factory();
    }
    try {
      return TurboJpegDecoder.factory();
    } catch (IllegalArgumentException notInstalled) {
      return bundledOrJava();
    }
  }

  private static Factory bundledOrJava() {
    try {
      return LeptonicaJpegDecoder.factory();
    } catch (IOException | IllegalArgumentException notLoadable) {
      return ImageIoJpegDecoder.factory();
    }
  }

  private static Factory bundled() {
    try {
      return LeptonicaJpegDecoder.factory();
    } catch (IOException e) {
      throw new IllegalStateException("the bundled libjpeg-turbo can't be loaded", e);
    }
  }
}
