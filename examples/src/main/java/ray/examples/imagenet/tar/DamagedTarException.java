package ray.examples.imagenet.tar;

import java.io.IOException;

/** Says that a tar file can't be read to its end, and what is wrong with it. */
public final class DamagedTarException extends IOException {
  /** What is wrong. */
  public enum Kind {
    /** It holds no image. */
    EMPTY,
    /** It ends before it should. */
    CUT_SHORT,
    /** It is no tar, or damaged. */
    DAMAGED
  }

  private final Kind kind;

  DamagedTarException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }
}
