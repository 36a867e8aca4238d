package ray.examples.imagenet.image;

/**
 * What a JPEG's markers say of it, read without decoding. Finding them also tells a file that was
 * cut short: like Pillow, we hold a JPEG without its end marker to be truncated.
 *
 * @param width in pixels
 * @param height in pixels
 * @param components 1 for gray, 3 for color, 4 for CMYK and its relatives
 * @param colorTransform what Adobe's marker says: 0 for none, 1 for YCbCr, 2 for YCCK; -1 without
 *     marker
 * @param hasJfif whether there is a JFIF marker, which means YCbCr
 * @param componentIds three of the letters R, G, B mean RGB
 */
record JpegHeader(
    int width, int height, int components, int colorTransform, boolean hasJfif, int componentIds) {
  static final int NO_ADOBE = -1;
  static final int ADOBE_NONE = 0;
  static final int ADOBE_YCCK = 2;

  private static final int RGB_IDS = 'R' << 16 | 'G' << 8 | 'B';

  static boolean isJpeg(byte[] data, int offset, int length) {
    return length >= 3
        && (data[offset] & 0xFF) == 0xFF
        && (data[offset + 1] & 0xFF) == 0xD8
        && (data[offset + 2] & 0xFF) == 0xFF;
  }

  /** Whether three components are red, green and blue, by the rule that libjpeg has. */
  boolean isRgb() {
    if (components != 3 || hasJfif) {
      return false;
    }
    return colorTransform == NO_ADOBE ? componentIds == RGB_IDS : colorTransform == ADOBE_NONE;
  }

  static JpegHeader read(byte[] data, int offset, int length) throws UnreadableImageException {
    return new Reader(data, offset, offset + length).read();
  }

  /** Walks the markers up to the first scan, then looks for the end. */
  private static final class Reader {
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;

    private final byte[] data;
    private final int end;
    private int at;
    private int width;
    private int height;
    private int components;
    private int componentIds;
    private int colorTransform = NO_ADOBE;
    private boolean hasJfif;

    Reader(byte[] data, int offset, int end) {
      this.data = data;
      this.at = offset + 2;
      this.end = end;
    }

    JpegHeader read() throws UnreadableImageException {
      for (int marker = nextMarker(); marker != START_OF_SCAN; marker = nextMarker()) {
        if (marker == END_OF_IMAGE) {
          throw UnreadableImageException.corrupt("this JPEG has no image in it");
        }
        if (hasBody(marker)) {
          readSegment(marker);
        }
      }
      if (width == 0 || height == 0 || components == 0) {
        throw UnreadableImageException.corrupt("this JPEG does not say its width and height");
      }
      requireEnd();
      return new JpegHeader(width, height, components, colorTransform, hasJfif, componentIds);
    }

    private int nextMarker() throws UnreadableImageException {
      while (unsigned(at) != 0xFF) {
        at++;
      }
      while (unsigned(at) == 0xFF) {
        at++;
      }
      return unsigned(at++);
    }

    /** Restart markers, a repeated start and the byte after a stuffed FF stand alone. */
    private static boolean hasBody(int marker) {
      return marker != 0 && marker != 1 && (marker < 0xD0 || marker > 0xD8);
    }

    private void readSegment(int marker) throws UnreadableImageException {
      int length = unsigned16(at);
      if (length < 2) {
        throw UnreadableImageException.corrupt(
            "marker 0x%02X of this JPEG has a wrong length".formatted(marker));
      }
      if (isFrame(marker)) {
        readFrame();
      } else if (marker == 0xEE && length >= 14 && startsWith(at + 2, "Adobe")) {
        colorTransform = unsigned(at + 13);
      } else if (marker == 0xE0 && length >= 7 && startsWith(at + 2, "JFIF\0")) {
        hasJfif = true;
      }
      at += length;
    }

    private static boolean isFrame(int marker) {
      return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private void readFrame() throws UnreadableImageException {
      height = unsigned16(at + 3);
      width = unsigned16(at + 5);
      components = unsigned(at + 7);
      if (components == 3) {
        componentIds = unsigned(at + 8) << 16 | unsigned(at + 11) << 8 | unsigned(at + 14);
      }
    }

    private boolean startsWith(int from, String text) throws UnreadableImageException {
      for (int i = 0; i < text.length(); i++) {
        if (unsigned(from + i) != text.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    /** Most files end with the marker; only those that do not are read through. */
    private void requireEnd() throws UnreadableImageException {
      if (unsigned(end - 2) == 0xFF && unsigned(end - 1) == END_OF_IMAGE) {
        return;
      }
      for (int marker = nextMarker(); marker != END_OF_IMAGE; marker = nextMarker()) {
        if (hasBody(marker)) {
          at += unsigned16(at);
        }
      }
    }

    private int unsigned16(int from) throws UnreadableImageException {
      return unsigned(from) << 8 | unsigned(from + 1);
    }

    private int unsigned(int from) throws UnreadableImageException {
      if (from >= end) {
        throw UnreadableImageException.truncated(
            "this JPEG is cut short: its end marker is missing");
      }
      return data[from] & 0xFF;
    }
  }
}
