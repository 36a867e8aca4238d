package ray.examples.imagenet.image;

import java.io.IOException;

/** Says that bytes are no image that can be used, and why, in words for a person. */
public final class UnreadableImageException extends IOException {
  private final boolean truncated;

  private UnreadableImageException(String message, boolean truncated) {
    super(message);
    this.truncated = truncated;
  }

  /** The bytes end before the image does. */
  static UnreadableImageException truncated(String message) {
    return new UnreadableImageException(message, true);
  }

  /** The bytes are something else, or damaged. */
  static UnreadableImageException corrupt(String message) {
    return new UnreadableImageException(message, false);
  }

  /** Whether the image is cut short, rather than damaged or no image. */
  public boolean isTruncated() {
    return truncated;
  }
}
