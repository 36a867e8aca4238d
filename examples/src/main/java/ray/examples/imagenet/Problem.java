package ray.examples.imagenet;

/**
 * Something in the data set that could not be used.
 *
 * @param kind what is wrong
 * @param tar the name of the tar file
 * @param image the image's name in it; empty if it is about the tar itself
 * @param detail what is wrong, in words
 */
public record Problem(Kind kind, String tar, String image, String detail) {
  /** What can be wrong. */
  public enum Kind {
    /** An image's file ends too early. */
    TRUNCATED_IMAGE("truncated image"),
    /** An image's file can't be decoded. */
    UNREADABLE_IMAGE("unreadable image"),
    /** A tar file holds no image. */
    EMPTY_TAR("empty tar"),
    /** A tar file ends too early. */
    TRUNCATED_TAR("tar cut short"),
    /** A tar file can't be read. */
    UNREADABLE_TAR("unreadable tar");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** The kind in words. */
    public String words() {
      return words;
    }

    boolean isAboutAnImage() {
      return this == TRUNCATED_IMAGE || this == UNREADABLE_IMAGE;
    }
  }

  /** One line for a person. */
  public String describe() {
    String what = image.isEmpty() ? tar : tar + ": " + image;
    return "%s: %s: %s".formatted(kind.words(), what, detail);
  }
}
