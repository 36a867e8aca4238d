package ray.examples.imagenet.image;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Decodes with the libjpeg-turbo inside of the Leptonica library that Maven Central carries for
 * Linux on x86-64 and aarch64: the same code as the system's, where the system has none. Leptonica
 * is there for its one function that reads a JPEG from memory and survives a broken one, which
 * libjpeg's own interface leaves to the caller's {@code setjmp}.
 */
final class LeptonicaJpegDecoder implements JpegDecoder {
  // From leptonica's pix.h and environ.h.
  private static final int L_SEVERITY_NONE = 6;
  private static final int ALL_PIXELS = 1;
  private static final int NO_COLORMAP = 0;
  private static final int NO_HINT = 0;

  private final Functions functions;
  private final JpegDecoder fallback = new ImageIoJpegDecoder();
  private final NativeInput input = new NativeInput();
  private int[] row = {};

  private LeptonicaJpegDecoder(Functions functions) {
    this.functions = functions;
  }

  /**
   * A factory of decoders.
   *
   * @throws IOException if there is no library for this system, or nowhere to unpack it to
   * @throws IllegalArgumentException if the system refuses to load it
   */
  static JpegDecoders.Factory factory() throws IOException {
    Functions functions = new Functions(load());
    return new JpegDecoders.Factory(
        "libjpeg-turbo (bundled)", () -> new LeptonicaJpegDecoder(functions));
  }

  /** A library can only be loaded from a file; the file is gone again before this returns. */
  private static NativeLibrary load() throws IOException {
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x86_64";
    String resource = "/org/bytedeco/leptonica/linux-%s/libleptonica.so.6".formatted(architecture);
    Path file = Files.createTempFile("libleptonica", ".so");
    try (InputStream library = LeptonicaJpegDecoder.class.getResourceAsStream(resource)) {
      if (library == null || !System.getProperty("os.name").equals("Linux")) {
        throw new IOException("no bundled libjpeg-turbo for this system");
      }
      Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
      return NativeLibrary.ofFile(file);
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public void decode(byte[] data, int offset, int length, JpegHeader header, PixelBuffer into)
      throws UnreadableImageException {
    if (header.components() == 4) {
      fallback.decode(
          data, offset, length, header, into); // Leptonica has rules of its own for CMYK
      return;
    }
    into.prepare(header.width(), header.height(), header.components() == 1);
    MemorySegment pix = functions.read(input.copy(data, offset, length), length);
    if (pix.equals(MemorySegment.NULL)) {
      throw UnreadableImageException.corrupt("libjpeg-turbo finds this JPEG damaged");
    }
    try {
      copy(pix, into);
    } finally {
      functions.destroy(pix);
    }
  }

  private void copy(MemorySegment pix, PixelBuffer into) throws UnreadableImageException {
    int width = functions.width(pix);
    int height = functions.height(pix);
    if (width != into.width() || height != into.height()) {
      throw UnreadableImageException.corrupt("this JPEG says two different sizes");
    }
    if (row.length < width) {
      row = new int[width];
    }
    long wordsPerLine = functions.wordsPerLine(pix);
    MemorySegment words = functions.data(pix, wordsPerLine * height * Integer.BYTES);
    for (int y = 0; y < height; y++) {
      long line = y * wordsPerLine;
      if (into.isGray()) {
        unpackGray(words, line, width);
      } else {
        unpackColor(words, line, width);
      }
      into.writeRow(y, row);
    }
  }

  /** Words of 0xRRGGBBAA. */
  private void unpackColor(MemorySegment words, long line, int width) {
    MemorySegment.copy(words, JAVA_INT, line * Integer.BYTES, row, 0, width);
    for (int x = 0; x < width; x++) {
      row[x] >>>= 8;
    }
  }

  /** Four pixels a word, the first in the highest byte. */
  private void unpackGray(MemorySegment words, long line, int width) {
    for (int x = 0; x < width; x++) {
      int word = words.getAtIndex(JAVA_INT, line + (x >> 2));
      int gray = (word >>> (24 - 8 * (x & 3))) & 0xFF;
      row[x] = gray << 16 | gray << 8 | gray;
    }
  }

  /** The few functions that are used, with Java's types. */
  private static final class Functions {
    private final MethodHandle read;
    private final MethodHandle destroy;
    private final MethodHandle width;
    private final MethodHandle height;
    private final MethodHandle wordsPerLine;
    private final MethodHandle data;

    Functions(NativeLibrary library) {
      read =
          library.find(
              "pixReadMemJpeg", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
      destroy = library.findVoid("pixDestroy", ADDRESS);
      width = library.find("pixGetWidth", JAVA_INT, ADDRESS);
      height = library.find("pixGetHeight", JAVA_INT, ADDRESS);
      wordsPerLine = library.find("pixGetWpl", JAVA_INT, ADDRESS);
      data = library.find("pixGetData", ADDRESS, ADDRESS);
      beSilent(library.find("setMsgSeverity", JAVA_INT, JAVA_INT));
    }

    /** What is wrong with an image is ours to say; Leptonica would print it. */
    private static void beSilent(MethodHandle setMessageSeverity) {
      try {
        int _ = (int) setMessageSeverity.invokeExact(L_SEVERITY_NONE);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    MemorySegment read(MemorySegment jpeg, long length) {
      try {
        return (MemorySegment)
            read.invokeExact(jpeg, length, NO_COLORMAP, ALL_PIXELS, MemorySegment.NULL, NO_HINT);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    void destroy(MemorySegment pix) {
      try (Arena arena = Arena.ofConfined()) {
        destroy.invokeExact(arena.allocateFrom(ADDRESS, pix));
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    int width(MemorySegment pix) {
      return intOf(width, pix);
    }

    int height(MemorySegment pix) {
      return intOf(height, pix);
    }

    int wordsPerLine(MemorySegment pix) {
      return intOf(wordsPerLine, pix);
    }

    private static int intOf(MethodHandle getter, MemorySegment pix) {
      try {
        return (int) getter.invokeExact(pix);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    MemorySegment data(MemorySegment pix, long sizeBytes) {
      try {
        return NativeLibrary.memory((MemorySegment) data.invokeExact(pix), sizeBytes);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }
}
